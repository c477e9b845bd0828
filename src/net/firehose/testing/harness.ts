import { EventEmitter, once } from 'node:events'
import type { Did } from '../../../model/did.ts'
import { InvalidError } from '../../../model/errors.ts'
import type { RepoEvent } from '../../../model/event.ts'
import { Firehose } from '../firehose.ts'
import type { KeyInfo, KeySource } from '../keys.ts'
import type { FirehoseBatch, FirehoseOptions } from '../options.ts'

/** Knows the keys of the given repos, as a directory does that is never asked. */
export class KnownKeys implements KeySource {
  readonly #keys: Map<Did, KeyInfo>
  /** DIDs asked for, in their order; those asked for anew with a `!`. */
  readonly asked: string[] = []

  constructor(repos: Iterable<{ readonly did: Did; readonly multikey: string }>) {
    this.#keys = new Map(Array.from(repos, ({ did, multikey }) => [did, { signingKey: multikey }]))
  }

  peek(did: Did): KeyInfo | undefined {
    return this.#keys.get(did)
  }

  async resolve(did: Did, { refresh }: { readonly refresh?: boolean } = {}): Promise<KeyInfo> {
    this.asked.push(refresh ? `${did}!` : did)
    const info = this.#keys.get(did)
    if (!info) throw new InvalidError(`${did} is unknown`)
    return info
  }

  forget(): void {}
}

/** A firehose under test and what it told. */
export class Harness implements AsyncDisposable {
  readonly firehose: Firehose
  readonly told: string[] = []
  readonly #telling = new EventEmitter()
  readonly #stop = new AbortController()
  readonly #batches: AsyncGenerator<FirehoseBatch, void, undefined>
  /** Where the stream has been followed to. */
  seq: number | undefined

  constructor(options: Pick<FirehoseOptions, 'relay' | 'identity'> & Partial<FirehoseOptions>) {
    const tell = (word: string) => {
      this.told.push(word)
      this.#telling.emit(word)
    }
    this.firehose = new Firehose({
      cursor: 0,
      backoff: { firstMs: 1, maxMs: 4 },
      onEvent: (type) => tell(`event ${type}`),
      onOperation: (op) => tell(`operation ${op}`),
      onReject: (reason) => tell(`reject ${reason}`),
      onFailure: (kind) => tell(`failure ${kind}`),
      onReconnect: () => tell('reconnect'),
      onGap: () => tell('gap'),
      ...options,
    })
    this.#batches = this.firehose.events(this.#stop.signal)
  }

  /** Follows the stream until the frame `seq` has been dealt with. @returns the events since the last call. */
  async until(seq: number): Promise<RepoEvent[]> {
    const events: RepoEvent[] = []
    while (this.seq !== seq) {
      const { value, done } = await this.#batches.next()
      if (done) throw new Error(`the stream ended after ${this.seq}`)
      events.push(...value.events)
      this.seq = value.seq
    }
    return events
  }

  /** Waits until something has been told so often. */
  async heard(word: string, times: number): Promise<void> {
    while (this.count(word) < times) await once(this.#telling, word)
  }

  /** How often something was told. */
  count(word: string): number {
    return this.told.filter((told) => told === word).length
  }

  /** What was told in words that begin like this, counted. */
  counts(beginning: string): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const word of this.told) {
      if (!word.startsWith(beginning)) continue
      const rest = word.slice(beginning.length + 1)
      counts[rest] = (counts[rest] ?? 0) + 1
    }
    return counts
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.firehose[Symbol.asyncDispose]()
  }
}
