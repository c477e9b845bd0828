import { hash } from 'node:crypto'
import type { Cid } from './cid.ts'

/**
 * A node of a Merkle search tree (https://atproto.com/specs/repository#mst-structure): `subtrees[i]` holds the
 * keys before `keys[i]`, the last subtree those after all of them. A subtree is a CID until it is needed.
 */
export interface Node {
  readonly layer: number
  readonly keys: string[]
  readonly values: Cid[]
  readonly subtrees: Subtree[]
}

export type Subtree = Node | Cid | null

/** A place for the first key of a layer. */
export function emptyNode(layer: number): Node {
  return { layer, keys: [], values: [], subtrees: [null] }
}

/** The layer where a key stands: how many pairs of zero bits its SHA-256 begins with. */
export function layerOf(key: string): number {
  const digest = hash('sha256', key, 'binary')
  let zeros = 0
  for (let index = 0; index < digest.length; index++) {
    const byte = digest.charCodeAt(index)
    if (byte !== 0) return zeros + ((Math.clz32(byte) - 24) >> 1)
    zeros += 4
  }
  return zeros
}

export function isEmpty({ keys, subtrees }: Pick<Node, 'keys' | 'subtrees'>): boolean {
  return keys.length === 0 && subtrees[0] === null
}
