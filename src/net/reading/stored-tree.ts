import { type Cid, parseCid } from '../repo/cid.ts'
import { emptyNode, layerOf } from '../repo/node.ts'
import { treeCid } from '../repo/node-writer.ts'
import type { Place } from '../repo/walk.ts'
import type { Turns } from './turns.ts'

/** The keys of a subtree, as a piece of all keys in their order. */
export interface KnownKeys {
  readonly from: number
  /** The first one after it. */
  readonly to: number
}

/**
 * The tree of what is stored, built from its paths and CIDs. A subtree of another tree that has the CID of one of its
 * nodes holds the same, so it need neither be there nor be read; of the nodes only their CIDs are kept, therefore.
 */
export class StoredTree {
  /** All keys in their order. */
  readonly keys: readonly string[]
  readonly #entries: ReadonlyMap<string, string>
  readonly #layers: Uint8Array
  readonly #nodes = new Map<Cid, KnownNode>()
  #root: Cid = ''

  /** @param entries CIDs, as text, by their keys. They are not looked at later. */
  static async build(entries: ReadonlyMap<string, string>, turns: Turns): Promise<StoredTree> {
    const tree = new StoredTree(entries)
    for (const _ of tree.#build()) if (turns.isDue()) await turns.take()
    return tree
  }

  private constructor(entries: ReadonlyMap<string, string>) {
    this.keys = [...entries.keys()].sort()
    this.#entries = entries
    this.#layers = new Uint8Array(this.keys.length)
  }

  get root(): Cid {
    return this.#root
  }

  /** The keys of a subtree of another tree; undefined where it is not one of this tree, too, or not in its place. */
  find({ cid, layer, after, before }: Place): KnownKeys | undefined {
    const node = this.#nodes.get(cid)
    if (node === undefined) return undefined
    const { from, to } = node
    // Which layer a root stands in is told by its own keys, which it must have.
    const isInLayer = layer === undefined ? node.hasKeys : node.layer === layer
    const isBetween =
      after < (this.keys[from] as string) && (before === undefined || (this.keys[to - 1] as string) < before)
    return isInLayer && isBetween ? { from, to } : undefined
  }

  *#build(): Generator<void, void> {
    let top = 0
    for (const [index, key] of this.keys.entries()) {
      const layer = layerOf(key)
      this.#layers[index] = layer
      if (layer > top) top = layer
      yield
    }
    this.#root = this.keys.length === 0 ? treeCid(emptyNode(0)) : yield* this.#node(0, this.keys.length, top)
  }

  /** The node above the keys from `from` to before `to`, none of which is of a layer above. */
  *#node(from: number, to: number, layer: number): Generator<void, Cid> {
    const keys: string[] = []
    const values: Cid[] = []
    const subtrees: (Cid | null)[] = []
    let start = from
    for (let index = from; index <= to; index++) {
      if (index < to && this.#layers[index] !== layer) continue
      subtrees.push(start < index ? yield* this.#node(start, index, layer - 1) : null)
      start = index + 1
      if (index === to) break
      const key = this.keys[index] as string
      keys.push(key)
      values.push(parseCid(this.#entries.get(key) as string))
    }
    const cid = treeCid({ layer, keys, values, subtrees })
    this.#nodes.set(cid, { from, to, layer, hasKeys: keys.length > 0 })
    yield
    return cid
  }
}

interface KnownNode extends KnownKeys {
  readonly layer: number
  readonly hasKeys: boolean
}
