import { type Cid, cidText } from '../repo/cid.ts'
import { MissingBlock } from '../repo/rejection.ts'
import type { ReadCallbacks } from './reading.ts'
import type { RepoBlocks } from './repo-blocks.ts'

/** Where the blocks of a repo come from: the file of the whole, and others with what that lacks. */
export class Source {
  readonly #blocks: RepoBlocks
  readonly #callbacks: ReadCallbacks
  #asked = 0
  /** How many blocks were asked for since the first file lacks them. */
  missing = 0

  constructor(blocks: RepoBlocks, callbacks: ReadCallbacks) {
    this.#blocks = blocks
    this.#callbacks = callbacks
  }

  /** What the first file names as its root. */
  get root(): Cid | undefined {
    return this.#blocks.roots?.[0]
  }

  get(cid: Cid): Buffer | undefined {
    return this.#blocks.get(cid)
  }

  /** Takes a file. @throws {Rejection} when it is not one. */
  async receive(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      this.#blocks.append(chunk)
      this.#callbacks.signal?.throwIfAborted()
    }
    this.#blocks.end()
  }

  /** Gets some of the blocks that are missing. @throws {MissingBlock} when none of them can be had. */
  async fetch(cids: readonly Cid[]): Promise<void> {
    this.missing += cids.length
    const texts = cids.map(cidText)
    const chunks = ++this.#asked <= mostRounds && (await this.#callbacks.onMissing?.(texts))
    if (chunks) await this.receive(chunks)
    if (!chunks || !cids.some((cid) => this.get(cid)))
      throw new MissingBlock(`${cids.length} blocks of the repo are missing, ${texts[0]} among them`)
  }
}

/** A tree is less deep than this, and a host that gives one block at a time is not to keep us for ever. */
const mostRounds = 100
