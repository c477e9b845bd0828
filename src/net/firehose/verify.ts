import type { CommitEvent, SyncEvent } from '../../model/event.ts'
import { type Blocks, requireBlock } from '../repo/block.ts'
import { checkCanonical } from '../repo/canonical.ts'
import { readCar } from '../repo/car.ts'
import { type Cid, cidText } from '../repo/cid.ts'
import { collapse } from '../repo/collapse.ts'
import { checkSignature, readCommit, type SignedCommit } from '../repo/commit.ts'
import { type FormatReason, Rejection } from '../repo/rejection.ts'
import type { CommitMessage, RepoOperation, SyncMessage } from './message.ts'
import { previousTree, provenBy } from './proof.ts'
import { checkForms, readOperation } from './records.ts'
import type { VerifyOptions } from './verify-options.ts'

/**
 * Checks a commit as far as is possible without knowing what came before it (https://atproto.com/specs/sync).
 *
 * @throws {WrongKey} when it was not signed by `key`: worth another try with a newer key.
 * @throws {Rejection} when it breaks a rule.
 */
export function verifyCommit(message: CommitMessage, options: VerifyOptions): CommitEvent | SyncEvent {
  const { blocks } = readCar(message.blocks)
  const operations = collapse(message.operations)
  const odd = checkForms(blocks, message.operations, options)
  // An odd block is good for a record, and never for the commit or a node of the tree.
  const sound = odd.size === 0 ? blocks : new Map(Array.from(blocks).filter(([cid]) => !odd.has(cid)))
  const commit = verifySigned(message, message.commit, sound, options)
  const { did, seq, timeMs, rev, since } = message
  const base = { did, seq, timeMs, rev, data: cidText(commit.data) }
  if (message.contentOmitted) return { kind: 'sync', ...base }
  const oddities: FormatReason[] = []
  const read = (operation: RepoOperation) => readOperation(operation, blocks, options, odd, oddities)
  const written = operations.map(read)
  const prevData = previousTree(message, operations, commit, sound, options)
  const isProven = provenBy(commit, sound, prevData, options)
  const kept = written.filter((_, index) => isProven(operations[index] as RepoOperation))
  for (const reason of oddities) options.onOddRecord?.(reason)
  return {
    kind: 'commit',
    ...base,
    ...(prevData !== undefined && { prevData: cidText(prevData) }),
    // Nobody has signed this: a commit that was kept back would go unnoticed where it is all that holds two together.
    ...(since !== undefined && (prevData !== undefined || options.mode !== 'full') && { since }),
    operations: kept,
  }
}

/** Checks the new state of a repo that a host announces. Throws like `verifyCommit`. */
export function verifySync(message: SyncMessage, options: VerifyOptions): SyncEvent {
  const {
    roots: [root],
    blocks,
  } = readCar(message.blocks)
  if (root === undefined) throw new Rejection('cid', 'the blocks do not say which of them is the commit')
  checkForms(blocks, [], options)
  const { data } = verifySigned(message, root, blocks, options)
  const { did, seq, timeMs, rev } = message
  return { kind: 'sync', did, seq, timeMs, rev, data: cidText(data) }
}

function verifySigned(
  { did, rev }: CommitMessage | SyncMessage,
  cid: Cid,
  blocks: Blocks,
  { mode, key }: VerifyOptions,
): SignedCommit {
  if (mode === 'none') checkCanonical(requireBlock(blocks, cid))
  const commit = readCommit(blocks, cid)
  if (commit.did !== did || commit.rev !== rev)
    throw new Rejection('signature', 'the signed commit has another did or rev than the event')
  if (mode !== 'none') checkSignature(commit, key)
  return commit
}
