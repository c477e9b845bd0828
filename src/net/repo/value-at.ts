import type { Blocks } from './block.ts'
import type { Cid } from './cid.ts'
import { layerOf } from './node.ts'
import { loadNode } from './node-reader.ts'

/**
 * What a tree holds under a key; `undefined` where the blocks prove that it holds nothing. Needs the nodes on the way to
 * where the key stands, or would stand, and no others.
 *
 * @throws {MissingBlock} when one of them is not among the blocks.
 * @throws {Rejection} `mst` when one of them is not a node.
 */
export function valueAt(blocks: Blocks, root: Cid, key: string): Cid | undefined {
  const layer = layerOf(key)
  for (let node = loadNode(blocks, root); node.layer >= layer; ) {
    const found = node.keys.findIndex((other) => other >= key)
    const at = found < 0 ? node.keys.length : found
    if (node.keys[at] === key) return node.values[at]
    const subtree = node.subtrees[at]
    // As they are read, nodes know their subtrees by their CIDs.
    if (typeof subtree !== 'string' || node.layer === layer) return undefined
    node = loadNode(blocks, subtree, node.layer - 1)
  }
  return undefined
}
