import type { Block } from './block.ts'
import { type Cid, cidText } from './cid.ts'
import { emptyNode } from './node.ts'
import { PartialTree } from './partial-tree.ts'
import { loadPlaced, type Place, rootPlace, subtreePlace, walk } from './walk.ts'

/** What becomes of one key of a tree. */
export interface Change {
  readonly key: string
  /** The record's CID; `null` takes the key out. */
  readonly value: Cid | null
}

/** The Merkle search tree of one repo with all of its blocks in memory: record keys and the CIDs of the records. */
export class Tree {
  readonly #blocks: Map<Cid, Buffer>
  #root: Cid

  private constructor(blocks: Map<Cid, Buffer>, root: Cid) {
    this.#blocks = blocks
    this.#root = root
  }

  /** @param entries keys with the CIDs of their records. */
  static build(entries: Iterable<readonly [key: string, value: Cid]>): Tree {
    const tree = new PartialTree(new Map(), emptyNode(0))
    for (const [key, value] of entries) tree.insert(key, value)
    return new Tree(tree.write(), tree.cid)
  }

  /** CID of the root, as text. */
  get root(): string {
    return cidText(this.#root)
  }

  /** How many nodes are held in memory. */
  get size(): number {
    return this.#blocks.size
  }

  get(key: string): Cid | undefined {
    return new PartialTree(this.#blocks, this.#root).get(key)
  }

  /** The tree as it now is, whatever becomes of this one. */
  copy(): Tree {
    return new Tree(new Map(this.#blocks), this.#root)
  }

  /** The CID of each record, in no order that says anything. */
  *values(): Generator<Cid> {
    for (const { node } of walk(this.#blocks, this.#root)) yield* node.values
  }

  /** The nodes on the way to a key, which prove what it holds, or that there is no such key. */
  proof(key: string): readonly Block[] {
    const met = new Set<Cid>()
    this.#cover(key, met)
    return Array.from(met, (cid) => this.#block(cid))
  }

  /** Every node, parents before their children. */
  *nodes(): Generator<Block> {
    for (const { cid } of walk(this.#blocks, this.#root)) yield this.#block(cid)
  }

  /**
   * The nodes that are new to whoever has the tree as it was before keys were added, removed or changed; perhaps more of
   * them.
   */
  *nodesAround(changed: readonly string[]): Generator<Block> {
    // A key divides the subtrees on both of its sides.
    const isNew = ({ after, before }: Place) =>
      changed.some((key) => after <= key && (before === undefined || key <= before))
    const places = [rootPlace(this.#root)].filter(isNew)
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const node = loadPlaced(this.#blocks, place)
      yield this.#block(place.cid)
      for (let at = node.subtrees.length - 1; at >= 0; at--) {
        const subtree = subtreePlace(node, place, at)
        if (subtree && isNew(subtree)) places.push(subtree)
      }
    }
  }

  /**
   * Changes keys, and drops the nodes that no longer belong to the tree.
   *
   * @returns what a receiver needs that knows only the root before: the nodes that were written, and of the others
   * those that undoing the changes has to look into.
   */
  apply(changes: readonly Change[]): readonly Block[] {
    const read = new Set<Cid>()
    const get = (cid: Cid) => {
      read.add(cid)
      return this.#blocks.get(cid)
    }
    const tree = new PartialTree({ get }, this.#root)
    for (const { key, value } of changes) {
      const before = tree.get(key)
      if (before === undefined) value === null || tree.insert(key, value)
      else if (value === null) tree.remove(key, before)
      else tree.replace(key, before, value)
    }
    const written = tree.write()
    for (const cid of read) this.#blocks.delete(cid)
    for (const [cid, block] of written) this.#blocks.set(cid, block)
    this.#root = tree.cid
    const needed = new Set(written.keys())
    for (const { key } of changes) this.#cover(key, needed)
    return Array.from(needed, (cid) => this.#block(cid))
  }

  /**
   * Collects the path to a key, or to where it was: undoing a delete or an update goes along it. Undoing a
   * create joins the two sides that the key has split, and both were written.
   */
  #cover(key: string, needed: Set<Cid>): void {
    const get = (cid: Cid) => {
      needed.add(cid)
      return this.#blocks.get(cid)
    }
    new PartialTree({ get }, this.#root).get(key)
  }

  #block(cid: Cid): Block {
    const bytes = this.#blocks.get(cid)
    if (bytes === undefined) throw new Error(`the node ${cidText(cid)} is missing from its tree`)
    return { cid, bytes }
  }
}
