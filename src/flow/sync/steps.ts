import { randomUUID } from 'node:crypto'
import type { BackfillEntry, BackfillRecord, EndStep } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import type { Did } from '../../model/did.ts'
import { firehoseBackfill, type Streams } from '../../state/streams/streams.ts'

export interface StepsOptions {
  readonly streams: Pick<Streams, 'append' | 'acknowledged' | 'drained' | 'length'>
  /** The consumer group that applies the stream. */
  readonly group: string
  readonly highWater: number
  readonly onBackpressure: () => void
}

/** A revision of a repo, and the root of its tree. */
export type Version = Pick<EndStep, 'rev' | 'data'>

/** Appends the steps of one run to the stream. Each method throws what `signal` aborts with. */
export class Steps {
  readonly ticket = randomUUID()
  readonly #did: Did
  readonly #options: StepsOptions

  constructor(did: Did, options: StepsOptions) {
    this.#did = did
    this.#options = options
  }

  /** Resolves once it is applied: from then on what is stored of the repo does not change. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.#room(signal)
    await this.#applied({ kind: 'begin', did: this.#did, ticket: this.ticket }, signal)
  }

  /** Resolves once it is in the stream, which waits for room. */
  async part({ rev, data }: Version, puts: readonly BackfillRecord[], signal: AbortSignal): Promise<void> {
    await this.#room(signal)
    await this.#append({ kind: 'part', did: this.#did, ticket: this.ticket, data, rev, puts })
  }

  /** Resolves once it is applied. */
  async end(step: Pick<EndStep, 'rev' | 'data' | 'staged' | 'puts' | 'deletes'>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await this.#applied({ kind: 'end', did: this.#did, ticket: this.ticket, ...step }, signal)
  }

  /** Resolves once it is in the stream: what is stored of the repo is what it was. */
  async abort(isFinal = false): Promise<void> {
    await this.#append({ kind: 'abort', did: this.#did, ticket: this.ticket, isFinal })
  }

  /** Begins a run and gives it up for good, in one go. Resolves once both are in the stream. */
  async giveUp(): Promise<void> {
    const [did, ticket] = [this.#did, this.ticket]
    await this.#append({ kind: 'begin', did, ticket }, { kind: 'abort', did, ticket, isFinal: true })
  }

  /** Says that the host has nothing newer. Resolves once it is applied. */
  async confirm(rev: string, signal: AbortSignal): Promise<void> {
    await this.#applied({ kind: 'confirm', repos: [{ did: this.#did, rev }] }, signal)
  }

  async #applied(entry: BackfillEntry, signal: AbortSignal): Promise<void> {
    const id = await this.#append(entry)
    await this.#options.streams.acknowledged(firehoseBackfill, this.#options.group, id, signal)
    signal.throwIfAborted()
  }

  async #append(...entries: readonly BackfillEntry[]): Promise<number> {
    return await this.#options.streams.append(firehoseBackfill, entries.map(encodeBackfillEntry))
  }

  async #room(signal: AbortSignal): Promise<void> {
    const { streams, highWater, onBackpressure } = this.#options
    signal.throwIfAborted()
    if ((await streams.length(firehoseBackfill)) < highWater) return
    onBackpressure()
    await streams.drained(firehoseBackfill, highWater, signal)
    signal.throwIfAborted()
  }
}
