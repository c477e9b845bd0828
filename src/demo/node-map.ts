import { type CidLink, CidLinkWrapper, fromCidLink } from '@atcute/cid'
import { MemoryBlockStore, MSTNode, NodeStore } from '@atcute/mst'
import { type Block, compact } from './block.ts'

interface NodeEntry extends Block {
  readonly node: MSTNode
}

/** Keeps the nodes of one tree by CID, and notes which of them an operation reads and writes. */
export class NodeMap extends NodeStore {
  readonly #entries = new Map<string, NodeEntry>()
  readonly #written = new Set<string>()
  readonly #read = new Set<string>()

  constructor() {
    super(new MemoryBlockStore())
  }

  get size(): number {
    return this.#entries.size
  }

  entry(cid: string): NodeEntry {
    const entry = this.#entries.get(cid)
    if (entry === undefined) throw new Error(`node ${cid} is missing from its tree`)
    return entry
  }

  override async get(cid: string | null): Promise<MSTNode> {
    if (cid === null) return this.put(MSTNode.empty())
    this.#read.add(cid)
    return this.entry(cid).node
  }

  override async put(node: MSTNode): Promise<MSTNode> {
    const { $link } = await node.cid()
    this.#written.add($link)
    let entry = this.#entries.get($link)
    if (entry === undefined) {
      const { bytes: cid } = fromCidLink(await node.cid())
      entry = keep(node, { cid: compact(cid), bytes: compact(await node.serialize()) })
      this.#entries.set($link, entry)
    }
    return entry.node
  }

  /** Drops the nodes seen since the last call that `root` no longer leads to. @returns the written ones it leads to. */
  settle(root: string): readonly NodeEntry[] {
    const live = new Set<string>()
    const stack = [root]
    for (let cid = stack.pop(); cid !== undefined; cid = stack.pop()) {
      // What was neither read nor written is as it was before, and so is all below it.
      if (!this.#written.has(cid) && !this.#read.has(cid)) continue
      live.add(cid)
      for (const subtree of this.entry(cid).node.subtrees) if (subtree !== null) stack.push(subtree.$link)
    }
    const written = [...this.#written].filter((cid) => live.has(cid)).map((cid) => this.entry(cid))
    for (const seen of [this.#written, this.#read]) {
      for (const cid of seen) if (!live.has(cid)) this.#entries.delete(cid)
    }
    this.forget()
    return written
  }

  forget(): void {
    this.#written.clear()
    this.#read.clear()
  }
}

function keep(node: MSTNode, { cid, bytes }: Pick<Block, 'cid' | 'bytes'>): NodeEntry {
  const link = new CidLinkWrapper(cid)
  return { node: new NamedNode(node, link), cid, link, bytes }
}

/** A node that knows its name from the start, and keeps no encoding in memory besides the one in its entry. */
class NamedNode extends MSTNode {
  readonly #link: CidLink

  constructor({ keys, values, subtrees }: MSTNode, link: CidLink) {
    super(keys, values, subtrees)
    this.#link = link
  }

  override async cid(): Promise<CidLink> {
    return this.#link
  }
}
