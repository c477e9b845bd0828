import type { Blocks } from './block.ts'
import type { Cid } from './cid.ts'
import { PartialTree } from './partial-tree.ts'
import { MissingBlock, Rejection } from './rejection.ts'

/** What a commit did to one key of the tree. */
export interface TreeOperation {
  readonly action: 'create' | 'update' | 'delete'
  readonly key: string
  /** What the key holds now; nothing after a delete. */
  readonly cid?: Cid
  /**
   * What the key held before, `null` for nothing. Where it is absent, nothing was there before a create, and what an
   * update or a delete replaced is not known: old hosts do not say.
   */
  readonly prev?: Cid | null
}

/**
 * Undoes a commit's operations on the tree that it led to.
 *
 * @param data the root of the tree after the commit
 * @param operations in any order, one for each key: see `collapse`
 * @returns the root of the tree before the commit.
 * @throws {MissingBlock} when the blocks are not enough to undo them.
 * @throws {Rejection} `mst` when the tree is not what the operations lead to.
 */
export function invert(data: Cid, blocks: Blocks, operations: readonly TreeOperation[]): Cid {
  if (operations.length === 0) return data
  const tree = new PartialTree(blocks, data)
  // In this order the fewest blocks are needed: what a deletion has joined is divided before anything is joined.
  for (const operation of operations) if (operation.cid === undefined) undo(tree, operation)
  for (const operation of operations) if (operation.cid !== undefined) undo(tree, operation)
  return tree.cid
}

function undo(tree: PartialTree, { action, key, cid, prev }: TreeOperation): void {
  const before = prev === undefined && action === 'create' ? null : prev
  if (before === undefined) throw new MissingBlock(`the operation on ${key} does not say what it replaced`)
  if (cid !== undefined) {
    if (before === null) tree.remove(key, cid)
    else tree.replace(key, cid, before)
    return
  }
  if (action !== 'delete') throw new Rejection('mst', `the operation on ${key} does not say what it wrote`)
  // A record that was made and deleted in one commit has left nothing to undo.
  if (before !== null) tree.insert(key, before)
}
