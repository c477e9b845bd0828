import { randomUUID } from 'node:crypto'
import type { BackfillEntry } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import type { Did } from '../../model/did.ts'
import type { AccountStatus } from '../../net/host/host.ts'
import { firehoseBackfill, firehoseLive, type Streams } from '../../state/streams/streams.ts'

export interface StepsOptions {
  readonly streams: Pick<Streams, 'append' | 'acknowledged' | 'drained' | 'length'>
  /** The consumer group that applies the stream. */
  readonly group: string
  readonly highWater: number
  readonly onBackpressure: () => void
}

/** Appends the steps of one run to the stream. Each method throws what `signal` aborts with. */
export class Steps {
  readonly ticket = randomUUID()
  readonly #did: Did
  readonly #options: StepsOptions
  #lastPart = 0

  constructor(did: Did, options: StepsOptions) {
    this.#did = did
    this.#options = options
  }

  /** Resolves once it is applied: from then on what is stored of the repo does not change. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.#room(signal)
    await this.#applied({ kind: 'begin', did: this.#did, ticket: this.ticket }, signal)
  }

  /** Appends a step `part`. Resolves once it is in the stream, which waits for room. */
  async part(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#room(signal)
    this.#lastPart = await this.#options.streams.append(firehoseBackfill, [bytes])
  }

  /** Resolves once all parts are applied. */
  async staged(signal: AbortSignal): Promise<void> {
    await this.#acknowledged(this.#lastPart, signal)
  }

  /** Appends a step `end`. Resolves once it is applied. */
  async end(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await this.#acknowledged(await this.#options.streams.append(firehoseBackfill, [bytes]), signal)
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

  /** Says that the host, asked at `askedMs`, had nothing newer. Resolves once it is applied. */
  async confirm(rev: string, askedMs: number, signal: AbortSignal): Promise<void> {
    await this.#applied({ kind: 'confirm', askedMs, repos: [{ did: this.#did, rev }] }, signal)
  }

  /** The last entry of the stream of live events, for what is asked after it. */
  async lastLive(): Promise<number> {
    return await this.#options.streams.append(firehoseLive, [])
  }

  /** Says what the host, asked after the live entry `after`, says of the account. Resolves once it is applied. */
  async account({ active, status }: AccountStatus, after: number, signal: AbortSignal): Promise<void> {
    const why = status !== undefined && { status }
    await this.#applied({ kind: 'account', did: this.#did, after, active, ...why }, signal)
  }

  async #applied(entry: BackfillEntry, signal: AbortSignal): Promise<void> {
    await this.#acknowledged(await this.#append(entry), signal)
  }

  async #acknowledged(id: number, signal: AbortSignal): Promise<void> {
    await this.#options.streams.acknowledged(firehoseBackfill, this.#options.group, id, signal)
    signal.throwIfAborted()
  }

  async #append(...entries: readonly BackfillEntry[]): Promise<number> {
    return await this.#options.streams.append(
      firehoseBackfill,
      entries.map((entry) => encodeBackfillEntry(entry)),
    )
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
