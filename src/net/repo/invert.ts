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
  /** What the key held before; nothing before a create. Old hosts do not say. */
  readonly prev?: Cid
}

/**
 * Undoes a commit's operations on the tree that it led to.
 *
 * @param data the root of the tree after the commit
 * @returns the root of the tree before the commit.
 * @throws {MissingBlock} when the blocks are not enough to undo them.
 * @throws {Rejection} `mst` when the tree is not what the operations lead to.
 */
export function invert(data: Cid, blocks: Blocks, operations: readonly TreeOperation[]): Cid {
  if (operations.length === 0) return data
  const tree = new PartialTree(blocks, data)
  for (const operation of operations) if (operation.action === 'delete') undo(tree, operation)
  for (const operation of operations) if (operation.action !== 'delete') undo(tree, operation)
  return tree.cid
}

function undo(tree: PartialTree, { action, key, cid, prev }: TreeOperation): void {
  if (action === 'create') tree.remove(key, stated(cid, key))
  else if (prev === undefined) throw new MissingBlock(`the operation on ${key} does not say what it replaced`)
  else if (action === 'delete') tree.insert(key, prev)
  else tree.replace(key, stated(cid, key), prev)
}

function stated(cid: Cid | undefined, key: string): Cid {
  if (cid === undefined) throw new Rejection('mst', `the operation on ${key} does not say what it wrote`)
  return cid
}
