import { type CommitEvent, emptyTree, type Operation, type SyncEvent } from '../../model/event.ts'
import { type Blocks, checkBlocks, requireBlock } from '../repo/block.ts'
import { checkCanonical } from '../repo/canonical.ts'
import { readCar } from '../repo/car.ts'
import { type Cid, cidText, isCidOf } from '../repo/cid.ts'
import { checkSignature, readCommit, type SignedCommit } from '../repo/commit.ts'
import { invert } from '../repo/invert.ts'
import { checkRecord } from '../repo/record.ts'
import { MissingBlock, Rejection } from '../repo/rejection.ts'
import type { VerifyingKey } from '../repo/signature.ts'
import type { CommitMessage, RepoOperation, SyncMessage } from './message.ts'

/**
 * How much of an event is checked before it is believed.
 *
 * - `full`: every block, the signature, and that the operations lead from the previous tree to this one
 * - `signature`: every block and the signature
 * - `none`: only that the records are what their CIDs say
 */
export type VerifyMode = (typeof verifyModes)[number]

export const verifyModes = ['full', 'signature', 'none'] as const

export interface VerifyOptions {
  readonly mode: VerifyMode
  /** Refuses commits that do not name the previous tree, as those of old hosts. */
  readonly strict: boolean
  /** The key of the event's DID; not needed in the mode `none`. */
  readonly key?: VerifyingKey
}

/**
 * Checks a commit as far as is possible without knowing what came before it (https://atproto.com/specs/sync).
 *
 * @throws {WrongKey} when it was not signed by `key`: worth another try with a newer key.
 * @throws {Rejection} when it breaks a rule.
 */
export function verifyCommit(message: CommitMessage, options: VerifyOptions): CommitEvent | SyncEvent {
  const { blocks } = readCar(message.blocks)
  const commit = verifySigned(message, message.commit, blocks, options)
  const { did, seq, timeMs, rev, operations } = message
  const base = { did, seq, timeMs, rev, data: cidText(commit.data) }
  if (message.contentOmitted) return { kind: 'sync', ...base }
  const written = operations.map((operation) => readOperation(operation, blocks, options))
  const prevData = previousTree(message, commit, blocks, options)
  return { kind: 'commit', ...base, prevData: prevData && cidText(prevData), operations: written }
}

/** Checks the new state of a repo that a host announces. Throws like `verifyCommit`. */
export function verifySync(message: SyncMessage, options: VerifyOptions): SyncEvent {
  const {
    roots: [root],
    blocks,
  } = readCar(message.blocks)
  if (root === undefined) throw new Rejection('cid', 'the blocks do not say which of them is the commit')
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
  else checkBlocks(blocks)
  const commit = readCommit(blocks, cid)
  if (commit.did !== did || commit.rev !== rev)
    throw new Rejection('signature', 'the signed commit has another did or rev than the event')
  if (mode !== 'none') checkSignature(commit, key)
  return commit
}

function readOperation(operation: RepoOperation, blocks: Blocks, { mode }: VerifyOptions): Operation {
  const { action, collection, rkey, cid } = operation
  if (action === 'delete' || cid === undefined) return { op: 'delete', collection, rkey }
  const record = requireBlock(blocks, cid)
  if (mode === 'none') {
    if (!isCidOf(cid, record)) throw new Rejection('cid', 'a record does not hash to its CID')
    checkCanonical(record)
  }
  checkRecord(cid, record)
  return { op: action, collection, rkey, cid: cidText(cid), record }
}

/** Finds the tree before the commit, and compares it with what the commit claims. */
function previousTree(
  { prevData: claimed, operations }: CommitMessage,
  { data }: SignedCommit,
  blocks: Blocks,
  { mode, strict }: VerifyOptions,
): Cid | undefined {
  if (mode !== 'full') return claimed
  try {
    const found = invert(data, blocks, operations)
    if (claimed === undefined ? strict && cidText(found) !== emptyTree : found !== claimed)
      throw wrongPrevious(claimed)
    return found
  } catch (error) {
    // A host that does not know prevData does not send the blocks either that it takes to find it.
    if (error instanceof MissingBlock && claimed === undefined && !strict) return undefined
    throw error
  }
}

function wrongPrevious(claimed: Cid | undefined): Rejection {
  return claimed === undefined
    ? new Rejection('mst', 'the commit does not name the tree before it')
    : new Rejection('mst', 'the operations do not lead from the tree before to this one')
}
