import type { Block } from '../../net/repo/block.ts'
import { carHeader, carSection } from '../../net/repo/car.ts'
import { type Cid, cidText } from '../../net/repo/cid.ts'
import type { Tree } from '../../net/repo/tree.ts'
import type { LocalHead, LocalStore } from '../../state/local/store.ts'

export interface LocalSnapshotOptions {
  readonly head: LocalHead
  readonly commit: Block
  readonly tree: Tree
  readonly store: Pick<LocalStore, 'contents' | 'changedSince'>
}

/** The repo as it was at one commit, whatever is written meanwhile: the store keeps what it is made of for an hour. */
export class LocalSnapshot {
  readonly head: LocalHead
  readonly commit: Block
  readonly #tree: Tree
  readonly #store: LocalSnapshotOptions['store']

  constructor({ head, commit, tree, store }: LocalSnapshotOptions) {
    this.head = head
    this.commit = commit
    this.#tree = tree
    this.#store = store
  }

  /**
   * A CAR file: the commit, its tree, then the records.
   *
   * @param since leaves out what somebody has who has this revision. @default all of it
   */
  async *car(since?: string): AsyncGenerator<Uint8Array, void, undefined> {
    yield carHeader(this.commit.cid)
    if (since !== undefined && this.head.rev <= since) return
    // What was written after this commit may be among them, which adds a little and takes nothing away.
    const changed = since === undefined ? undefined : await this.#store.changedSince(since)
    const tree = this.#tree
    yield* joined([this.commit, ...(changed === undefined ? tree.nodes() : tree.nodesAround(changed))])
    // Records of the same content are one block.
    const cids = new Set(
      changed === undefined ? tree.values() : changed.flatMap((path) => tree.get(path) ?? []),
    )
    yield* this.#records([...cids])
  }

  /** A CAR file that proves what a record is, or that there is none. */
  async *proof(path: string): AsyncGenerator<Uint8Array, void, undefined> {
    const cid = this.#tree.get(path)
    yield carHeader(this.commit.cid)
    yield* joined([this.commit, ...this.#tree.proof(path)])
    yield* this.#records(cid === undefined ? [] : [cid])
  }

  /** A CAR file of some blocks of this commit. @returns undefined when one of them is none of them. */
  async blocks(cids: readonly Cid[]): Promise<AsyncGenerator<Uint8Array, void, undefined> | undefined> {
    const nodes = new Map([this.commit, ...this.#tree.nodes()].map((block) => [block.cid, block]))
    const values = new Set(this.#tree.values())
    if (!cids.every((cid) => nodes.has(cid) || values.has(cid))) return undefined
    const found = cids.flatMap((cid) => nodes.get(cid) ?? [])
    const records = cids.filter((cid) => !nodes.has(cid))
    const all = async function* (this: LocalSnapshot) {
      yield carHeader(this.commit.cid)
      yield* joined(found)
      yield* this.#records(records)
    }
    return all.call(this)
  }

  async *#records(cids: readonly Cid[]): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < cids.length; at += pageRecords) {
      const page = cids.slice(at, at + pageRecords)
      const contents = await this.#store.contents(page.map(cidText))
      const blocks = page.map((cid) => {
        const bytes = contents.get(cidText(cid))
        if (bytes === undefined)
          throw new Error(`the record ${cidText(cid)} is no longer kept: this was read for too long`)
        return { cid, bytes }
      })
      yield* joined(blocks)
    }
  }
}

/** How many records, of 1 MB at most, are in memory at a time. */
const pageRecords = 32

/** Of about this size are the pieces that a file is handed over in, in bytes. */
const pieceBytes = 65_536

function* joined(blocks: Iterable<Block>): Generator<Uint8Array, void, undefined> {
  let parts: Uint8Array[] = []
  let sizeBytes = 0
  for (const block of blocks) {
    parts.push(...carSection(block))
    sizeBytes += block.bytes.length
    if (sizeBytes < pieceBytes) continue
    yield Buffer.concat(parts)
    parts = []
    sizeBytes = 0
  }
  if (parts.length > 0) yield Buffer.concat(parts)
}
