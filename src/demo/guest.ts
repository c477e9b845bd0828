import { create as createTid } from '@atcute/tid'
import { sleepUnlessAborted } from '../model/repeat.ts'
import { createRandom, type Random } from './random.ts'
import { createPost, createSentence } from './text.ts'

/** What a guest writes into: the repo of the node itself. */
export interface GuestBook {
  /** Where it stands; undefined before anybody has written. */
  head(): Promise<unknown>
  put(key: GuestKey, value: Readonly<Record<string, unknown>>): Promise<unknown>
  delete(key: GuestKey): Promise<unknown>
}

interface GuestKey {
  readonly collection: string
  readonly rkey: string
}

export interface GuestOptions {
  /** How many things are written where nobody has written before. @default 5 */
  readonly first?: number
  /** How long it takes until the next one, in ms. @default 60_000 */
  readonly everyMs?: number
  /** Posts beyond that are deleted, the oldest of this guest first. @default 20 */
  readonly most?: number
  readonly random?: Random
}

/** Somebody who writes into the node's own repo now and then, so that everybody sees how that goes. */
export class Guest {
  readonly #book: () => GuestBook | undefined
  readonly #onError: (error: unknown) => void
  readonly #options: Required<GuestOptions>
  readonly #posts: string[] = []
  #done = 0

  /** @param onError is called when something could not be written. Must not throw. */
  constructor(
    book: () => GuestBook | undefined,
    onError: (error: unknown) => void,
    { first = 5, everyMs = 60_000, most = 20, random = createRandom() }: GuestOptions = {},
  ) {
    this.#book = book
    this.#onError = onError
    this.#options = { first, everyMs, most, random }
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { first, everyMs } = this.#options
    const isNew = (await this.#book()?.head()) === undefined
    for (let count = 0; isNew && count < first && !signal.aborted; count++) await this.#write()
    for (;;) {
      await sleepUnlessAborted(everyMs, signal)
      if (signal.aborted) return
      await this.#write()
    }
  }

  async #write(): Promise<void> {
    const book = this.#book()
    if (book === undefined) return
    try {
      if (this.#done++ % 4 === 0) await this.#introduce(book)
      else await this.#post(book)
    } catch (error) {
      this.#onError(error)
    }
  }

  async #introduce(book: GuestBook): Promise<void> {
    const description = createSentence(this.#options.random)
    const key = { collection: 'app.bsky.actor.profile', rkey: 'self' }
    await book.put(key, { displayName: 'tide gauge', description })
  }

  async #post(book: GuestBook): Promise<void> {
    const { random, most } = this.#options
    const { text, langs } = createPost(random)
    const nowMs = Date.now()
    const key = { collection: 'app.bsky.feed.post', rkey: createTid(nowMs * 1000, random.int(1024)) }
    await book.put(key, { text, langs, createdAt: new Date(nowMs).toISOString() })
    this.#posts.push(key.rkey)
    const rkey = this.#posts.length > most ? this.#posts.shift() : undefined
    if (rkey !== undefined) await book.delete({ ...key, rkey })
  }
}
