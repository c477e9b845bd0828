import type { CidLink } from '@atcute/cid'
import { getKeyHeight, MSTNode, NodeWrangler } from '@atcute/mst'
import type { Block } from './block.ts'
import { NodeMap } from './node-map.ts'

/** What becomes of one key of a tree. */
export interface Change {
  readonly key: string
  /** The record's CID; `null` takes the key out. */
  readonly value: CidLink | null
}

/** The Merkle search tree of one repo, held in memory: record keys and the CIDs of the records. */
export class Tree {
  readonly #nodes = new NodeMap()
  readonly #wrangler = new NodeWrangler(this.#nodes)
  #root = ''

  /** @param entries keys in ascending order with the CIDs of their records. */
  static async build(entries: readonly (readonly [key: string, value: CidLink])[]): Promise<Tree> {
    const tree = new Tree()
    const heights = await Promise.all(entries.map(([key]) => getKeyHeight(key)))
    const top = heights.reduce((highest, height) => Math.max(highest, height), 0)

    const layer = async (from: number, to: number, height: number): Promise<CidLink | null> => {
      if (from === to) return null
      const keys: string[] = []
      const values: CidLink[] = []
      const subtrees: (CidLink | null)[] = []
      let start = from
      for (let at = from; at < to; at++) {
        if (heights[at] !== height) continue
        const [key, value] = entries[at] as readonly [string, CidLink]
        subtrees.push(await layer(start, at, height - 1))
        keys.push(key)
        values.push(value)
        start = at + 1
      }
      subtrees.push(await layer(start, to, height - 1))
      return (await tree.#nodes.put(await MSTNode.create(keys, values, subtrees))).cid()
    }
    const root = (await layer(0, entries.length, top)) ?? (await (await tree.#nodes.get(null)).cid())
    tree.#root = root.$link
    tree.#nodes.forget()
    return tree
  }

  /** CID of the root, as text. */
  get root(): string {
    return this.#root
  }

  /** How many nodes are held in memory. */
  get size(): number {
    return this.#nodes.size
  }

  get(key: string): CidLink | undefined {
    for (let cid: string | undefined = this.#root; cid !== undefined; ) {
      const { node } = this.#nodes.entry(cid)
      const at = node.lowerBound(key)
      if (node.keys[at] === key) return node.values[at]
      cid = node.subtrees[at]?.$link
    }
    return undefined
  }

  /** Every node, parents before their children. */
  *nodes(): Generator<Block> {
    const stack = [this.#root]
    for (let cid = stack.pop(); cid !== undefined; cid = stack.pop()) {
      const entry = this.#nodes.entry(cid)
      yield entry
      for (const subtree of entry.node.subtrees.toReversed()) if (subtree !== null) stack.push(subtree.$link)
    }
  }

  /**
   * Changes keys, and drops the nodes that this leaves behind.
   *
   * @returns what a receiver needs that knows only the root before: the new nodes, and of the others those
   * that undoing the changes has to look into.
   */
  async apply(changes: readonly Change[]): Promise<readonly Block[]> {
    let root = this.#root
    for (const { key, value } of changes) {
      root =
        value === null
          ? await this.#wrangler.deleteRecord(root, key)
          : await this.#wrangler.putRecord(root, key, value)
    }
    this.#root = root
    const blocks = new Set(this.#nodes.settle(root))
    for (const { key } of changes) this.#cover(key, blocks)
    return [...blocks]
  }

  /**
   * Collects the path to a key, or to where it was: undoing a delete or an update goes along it. Undoing a
   * create joins the two sides that the key has split, and both are new.
   */
  #cover(key: string, blocks: Set<Block>): void {
    for (let cid: string | undefined = this.#root; cid !== undefined; ) {
      const entry = this.#nodes.entry(cid)
      blocks.add(entry)
      const at = entry.node.lowerBound(key)
      cid = entry.node.keys[at] === key ? undefined : entry.node.subtrees[at]?.$link
    }
  }
}
