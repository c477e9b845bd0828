import { ConflictError } from '../../model/errors.ts'
import { cidText } from '../repo/cid.ts'
import { checkedCommit } from './checked-commit.ts'
import { Delivery } from './delivery.ts'
import { MemoryBudget } from './memory-budget.ts'
import type { ReadCallbacks, ReadOptions, ReadResult } from './reading.ts'
import { Records } from './records.ts'
import { RepoBlocks } from './repo-blocks.ts'
import { Source } from './source.ts'
import { StoredTree } from './stored-tree.ts'
import { Turns } from './turns.ts'
import { UnlikeStored } from './unlike-stored.ts'

export interface ReadPlace {
  /** Where a temporary file is made of what is too large for memory. */
  readonly folder: string
  /** How many bytes of one repo stay in memory. @default 16_777_216 */
  readonly memoryBytes?: number
  /** Memory for all repos that are read at a time. @default 64 MiB of its own */
  readonly budget?: MemoryBudget
}

/**
 * Reads a whole repo from a CAR file whose blocks may come in any order, in memory that is bounded whatever its size.
 * Everything is verified: each block, the commit and its signature, and that the tree is one. The records are given in
 * the order of their paths, as steps of a sync run.
 *
 * @throws {WrongKey} when another key has signed the commit.
 * @throws {MissingBlock} when blocks are missing: a PDS keeps writing to a repo while it sends it, so try again.
 * @throws {UnlikeStored} when `stored` is not the tree of `storedData`.
 * @throws {ConflictError} when the commit is older than `minRev`.
 * @throws {Rejection} when it breaks a rule: `rev` where the revision is too far ahead, else the reasons of net/repo.
 */
export async function readRepo(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  callbacks: ReadCallbacks,
  { folder, memoryBytes = 2 ** 24, budget = new MemoryBudget(2 ** 26) }: ReadPlace,
): Promise<ReadResult> {
  const { did, ticket, collections, minRev, staged } = options
  const { onPart, signal } = callbacks
  using blocks = new RepoBlocks({ ...options, folder, memoryBytes, budget })
  const source = new Source(blocks, callbacks)
  await source.receive(chunks)
  const commit = await checkedCommit(source, options)
  const { rev } = commit
  if (minRev !== undefined && rev < minRev)
    throw new ConflictError(`the host has ${did} at ${rev}, which is older than ${minRev}`)

  const data = cidText(commit.data)
  const position = staged?.data === data ? staged.lastPath : undefined
  const stored = position === undefined ? options.stored : undefined
  const delivery = new Delivery({ run: { did, ticket, data, rev }, stored, onPart })
  const turns = new Turns(signal)
  const tree = await storedTree(delivery.stored, options.storedData, turns)
  const records = new Records({ source, delivery, root: commit.data, collections, stored: tree, turns })
  let end: Uint8Array | undefined
  while (end === undefined) if (await records.give(position ?? '')) end = await delivery.end()

  const { changes, isStaged, parts } = delivery
  const { count, filtered, odd } = records
  const result = { cid: cidText(commit.cid), rev, data, end, isStaged, parts, records: count, filtered, odd }
  return {
    ...result,
    sizeBytes: blocks.sizeBytes,
    missing: source.missing,
    ...(changes && { changes }),
  }
}

async function storedTree(
  entries: ReadonlyMap<string, string> | undefined,
  data: string | undefined,
  turns: Turns,
): Promise<StoredTree | undefined> {
  if (entries === undefined || data === undefined) return undefined
  const tree = await StoredTree.build(entries, turns)
  const root = cidText(tree.root)
  if (root !== data) throw new UnlikeStored(`what is stored is the tree ${root}, and is said to be ${data}`)
  return tree
}
