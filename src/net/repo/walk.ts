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
  const stack: Place[] = [rootPlace(root)]
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    const node = loadPlaced(blocks, place)
    yield { cid: place.cid, node }
    for (let at = node.subtrees.length - 1; at >= 0; at--) {
      const subtree = subtreePlace(node, place, at)
      if (subtree) stack.push(subtree)
    }
  }
}

/** Where a node of a tree belongs. */
export interface Place {
  readonly cid: Cid
  /** Absent for the root, whose keys tell it. */
  readonly layer: number | undefined
  /** All keys in and below the node are between these two. */
  readonly after: string
  readonly before: string | undefined
}

export function rootPlace(cid: Cid): Place {
  return { cid, layer: undefined, after: '', before: undefined }
}

/** Where the subtree before the key `at` belongs; undefined where there is none. */
export function subtreePlace({ layer, keys, subtrees }: Node, place: Place, at: number): Place | undefined {
  const cid = subtrees[at]
  // As it was read, a node knows its subtrees by their CIDs.
  if (typeof cid !== 'string') return undefined
  return { cid, layer: layer - 1, after: keys[at - 1] ?? place.after, before: keys[at] ?? place.before }
}

/** Reads a node, whose canonical form has been checked, and checks that it is where it belongs. Throws as `walk` does. */
export function loadPlaced(blocks: Pick<Blocks, 'get'>, { cid, layer, after, before }: Place): Node {
  const node = loadNode(blocks, cid, layer)
  const { keys } = node
  if (keys.length > 0 && !(after < first(keys) && (before === undefined || last(keys) < before)))
    throw new Rejection('mst', 'a node of the tree stands where its keys do not belong')
  return node
}

const first = (keys: readonly string[]) => keys[0] as string
const last = (keys: readonly string[]) => keys.at(-1) as string
