import type { Blocks } from './block.ts'
import type { Cid } from './cid.ts'
import type { Node } from './node.ts'
import { loadNode } from './node-reader.ts'
import { Rejection } from './rejection.ts'

export interface WalkedNode {
  readonly cid: Cid
  readonly node: Node
}

/**
 * Goes through a whole tree, parents before their children, and checks that it is one: every node in its one form,
 * every key in its place. Whether the blocks are what their CIDs say is to be checked before.
 *
 * @throws {MissingBlock} where the tree has a hole.
 * @throws {Rejection} `mst` where it is not a tree.
 */
export function* walk(blocks: Blocks, root: Cid): Generator<WalkedNode, void, undefined> {
  const stack: Place[] = [{ cid: root, layer: undefined, after: '', before: undefined }]
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    const { cid, layer, after, before } = place
    const node = loadNode(blocks, cid, layer)
    const { keys, subtrees } = node
    if (keys.length > 0 && !(after < first(keys) && (before === undefined || last(keys) < before)))
      throw new Rejection('mst', 'a node of the tree stands where its keys do not belong')
    yield { cid, node }
    for (let at = subtrees.length - 1; at >= 0; at--) {
      const subtree = subtrees[at]
      // As it was read, a node knows its subtrees by their CIDs.
      if (typeof subtree !== 'string') continue
      stack.push({
        cid: subtree,
        layer: node.layer - 1,
        after: keys[at - 1] ?? after,
        before: keys[at] ?? before,
      })
    }
  }
}

interface Place {
  readonly cid: Cid
  readonly layer: number | undefined
  /** All keys below are between these two. */
  readonly after: string
  readonly before: string | undefined
}

const first = (keys: readonly string[]) => keys[0] as string
const last = (keys: readonly string[]) => keys.at(-1) as string
