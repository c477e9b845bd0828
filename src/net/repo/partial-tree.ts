import type { Blocks } from './block.ts'
import type { Cid } from './cid.ts'
import { emptyNode, isEmpty, layerOf, type Node, type Subtree } from './node.ts'
import { loadNode } from './node-reader.ts'
import { treeCid } from './node-writer.ts'
import { Rejection } from './rejection.ts'

/**
 * A Merkle search tree of which only some blocks need be at hand. Nodes are loaded when a change needs them, and
 * written when the tree is asked for its CID or its blocks.
 *
 * Every method throws {MissingBlock} when it needs a block that is not there, and {Rejection} `mst`
 * when the tree does not hold what it should; the tree must not be used afterwards.
 */
export class PartialTree {
  readonly #blocks: Pick<Blocks, 'get'>
  #root: Node | Cid

  /** @param root of a new tree: `emptyNode(0)` */
  constructor(blocks: Pick<Blocks, 'get'>, root: Node | Cid) {
    this.#blocks = blocks
    this.#root = root
  }

  /** The CID of the root as it is now. */
  get cid(): Cid {
    return treeCid(this.#root)
  }

  /** Writes the nodes that were loaded or made, which are loaded again when they are needed. */
  write(): Map<Cid, Buffer> {
    const written = new Map<Cid, Buffer>()
    this.#root = treeCid(this.#root, (cid, bytes) => written.set(cid, unpooled(bytes)))
    return written
  }

  /** What a key holds. Loads the whole path to it, or to where it would stand. */
  get(key: string): Cid | undefined {
    for (let node: Node | undefined = this.#top(); node; ) {
      const at = lowerBound(node, key)
      if (node.keys[at] === key) return node.values[at]
      node = this.#child(node, at)
    }
    return undefined
  }

  /** Adds a key that must not be there. */
  insert(key: string, value: Cid): void {
    const layer = layerOf(key)
    const root = this.#load(this.#root)
    const top = isEmpty(root) ? emptyNode(layer) : raise(root, layer)
    this.#insert(top, key, value, layer)
    this.#root = top
  }

  /** Removes a key that must have the value `value`. */
  remove(key: string, value: Cid): void {
    const { path, node, index } = this.#find(key, value)
    const merged = this.#merge(node.subtrees[index], node.subtrees[index + 1], node.layer - 1)
    node.keys.splice(index, 1)
    node.values.splice(index, 1)
    node.subtrees.splice(index, 2, merged)
    for (const { parent, at } of path.reverse()) {
      if (!isEmpty(parent.subtrees[at] as Node)) break
      parent.subtrees[at] = null
    }
    this.#trim()
  }

  /** Gives a key that must have the value `value` the value `previous`. */
  replace(key: string, value: Cid, previous: Cid): void {
    const { node, index } = this.#find(key, value)
    node.values[index] = previous
  }

  #find(key: string, value: Cid) {
    const layer = layerOf(key)
    const path: { readonly parent: Node; readonly at: number }[] = []
    let node = this.#top()
    while (node.layer > layer) {
      const at = lowerBound(node, key)
      path.push({ parent: node, at })
      node = this.#child(node, at) ?? absent(key)
    }
    const index = lowerBound(node, key)
    if (node.layer !== layer || node.keys[index] !== key) absent(key)
    if (node.values[index] !== value) throw new Rejection('mst', `the tree has another value at ${key}`)
    return { path, node, index }
  }

  #insert(node: Node, key: string, value: Cid, layer: number): void {
    const at = lowerBound(node, key)
    if (node.layer === layer) {
      if (node.keys[at] === key) present(key)
      const [left, right] = this.#split(node.subtrees[at] ?? null, layer - 1, key)
      node.keys.splice(at, 0, key)
      node.values.splice(at, 0, value)
      node.subtrees.splice(at, 1, left, right)
      return
    }
    const child = this.#child(node, at) ?? emptyNode(node.layer - 1)
    node.subtrees[at] = child
    this.#insert(child, key, value, layer)
  }

  /** Divides a subtree into the keys before `key` and those after it. */
  #split(subtree: Subtree, layer: number, key: string): [Subtree, Subtree] {
    if (subtree === null) return [null, null]
    const node = this.#load(subtree, layer)
    const at = lowerBound(node, key)
    if (node.keys[at] === key) present(key)
    const [left, right] = this.#split(node.subtrees[at] ?? null, layer - 1, key)
    const before = {
      layer,
      keys: node.keys.slice(0, at),
      values: node.values.slice(0, at),
      subtrees: [...node.subtrees.slice(0, at), left],
    }
    const after = {
      layer,
      keys: node.keys.slice(at),
      values: node.values.slice(at),
      subtrees: [right, ...node.subtrees.slice(at + 1)],
    }
    return [isEmpty(before) ? null : before, isEmpty(after) ? null : after]
  }

  /** Joins two neighbouring subtrees when the key between them is gone. */
  #merge(left: Subtree | undefined, right: Subtree | undefined, layer: number): Subtree {
    if (!left) return right ?? null
    if (!right) return left
    const before = this.#load(left, layer)
    const after = this.#load(right, layer)
    const middle = this.#merge(before.subtrees.at(-1), after.subtrees[0], layer - 1)
    return {
      layer,
      keys: [...before.keys, ...after.keys],
      values: [...before.values, ...after.values],
      subtrees: [...before.subtrees.slice(0, -1), middle, ...after.subtrees.slice(1)],
    }
  }

  /** A root has keys, or is the one empty node of a tree without any. */
  #trim(): void {
    let root = this.#top()
    for (let below = root.subtrees[0]; root.keys.length === 0 && below; below = root.subtrees[0])
      root = this.#load(below, root.layer - 1)
    this.#root = root
  }

  #top(): Node {
    const root = this.#load(this.#root)
    this.#root = root
    return root
  }

  #child(node: Node, at: number): Node | undefined {
    const subtree = node.subtrees[at]
    if (!subtree) return undefined
    const child = this.#load(subtree, node.layer - 1)
    node.subtrees[at] = child
    return child
  }

  #load(subtree: Node | Cid, layer?: number): Node {
    return typeof subtree === 'string' ? loadNode(this.#blocks, subtree, layer) : subtree
  }
}

/** A copy that does not keep a larger piece of memory from being freed. */
function unpooled(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

/** Puts nodes without keys above a root until the tree reaches up to `layer`. */
function raise(root: Node, layer: number): Node {
  let top = root
  while (top.layer < layer) top = { layer: top.layer + 1, keys: [], values: [], subtrees: [top] }
  return top
}

/** The index of the first key that is not before `key`. */
function lowerBound({ keys }: Node, key: string): number {
  let index = 0
  while (index < keys.length && (keys[index] as string) < key) index++
  return index
}

function absent(key: string): never {
  throw new Rejection('mst', `the tree does not hold ${key}`)
}

function present(key: string): never {
  throw new Rejection('mst', `the tree still holds ${key}`)
}
