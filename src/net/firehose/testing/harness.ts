import { EventEmitter, once } from 'node:events'
import type { Did } from '../../../model/did.ts'
import { InvalidError } from '../../../model/errors.ts'
import type { RepoEvent } from '../../../model/event.ts'
import { Firehose } from '../firehose.ts'
import type { KeyInfo, KeySource } from '../keys.ts'
import type { FirehoseBatch, FirehoseOptions } from '../options.ts'

/** Knows the keys of some repos without ever asking a directory. */
export class KnownKeys implements KeySource {
  readonly #keys: Map<Did, KeyInfo>
  /** The DIDs that were resolved, in order; those that were refreshed with a `!`. */
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

/** A firehose under test and what it reported. */
export class Harness implements AsyncDisposable {
  readonly firehose: Firehose
  readonly reports: string[] = []
  readonly #emitter = new EventEmitter()
  readonly #stop = new AbortController()
  readonly #batches: AsyncGenerator<FirehoseBatch, void, undefined>
  /** The seq up to which the stream has been followed. */
  seq: number | undefined

  constructor(options: Pick<FirehoseOptions, 'relay' | 'identity'> & Partial<FirehoseOptions>) {
    const report = (word: string) => this.#report(word)
    this.firehose = new Firehose({
      cursor: 0,
      backoff: { firstMs: 1, maxMs: 4 },
      onEvent: (type) => report(`event ${type}`),
      onOperation: (op) => report(`operation ${op}`),
      onReject: (reason) => report(`reject ${reason}`),
      onFailure: (kind) => report(`failure ${kind}`),
      onReconnect: () => report('reconnect'),
      onOddRecord: (reason) => report(`odd ${reason}`),
      onHole: () => report('hole'),
      ...options,
    })
    this.#batches = this.firehose.events(this.#stop.signal)
  }

  /** Follows the stream up to `seq`. @returns the events since the last call. */
  async until(seq: number): Promise<RepoEvent[]> {
    const events: RepoEvent[] = []
    while (this.seq !== seq) {
      const { value, done } = await this.#batches.next()
      if (done) throw new Error(`the stream ended after ${this.seq}`)
      if (value.gap !== undefined) this.#report(`gap ${value.gap}`)
      events.push(...value.events)
      this.seq = value.seq
    }
    return events
  }

  /** Waits until something has been reported so often. */
  async reported(word: string, times: number): Promise<void> {
    while (this.count(word) < times) await once(this.#emitter, word)
  }

  /** How often something was reported. */
  count(word: string): number {
    return this.reports.filter((report) => report === word).length
  }

  /** How often each report with this beginning was made. */
  counts(beginning: string): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const word of this.reports) {
      if (!word.startsWith(beginning)) continue
      const rest = word.slice(beginning.length + 1)
      counts[rest] = (counts[rest] ?? 0) + 1
    }
    return counts
  }

  #report(word: string): void {
    this.reports.push(word)
    this.#emitter.emit(word)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.firehose[Symbol.asyncDispose]()
  }
}
