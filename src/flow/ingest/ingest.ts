import type { RepoEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import { firehoseLive, type Streams } from '../../state/streams/streams.ts'
import { createFilter, type EventFilter } from './filter.ts'
import { WriteBatch } from './write-batch.ts'

export interface IngestOptions {
  /** What the firehose brings, in order. It is not read while there is no room; the run ends with it. */
  readonly source: AsyncIterable<SourceBatch>
  /** The host that `source` reads; its cursor is kept under this name. */
  readonly host: string
  readonly streams: Pick<Streams, 'append' | 'length' | 'drained'>
  /** @default keeps everything */
  readonly filter?: EventFilter
  /** Stops reading while the stream holds this many entries. @default 100_000 */
  readonly highWater?: number
  /** Writes as soon as this many events wait. @default 1000 */
  readonly batchEvents?: number
  /** Writes as soon as this many bytes wait. @default 8_000_000 */
  readonly batchBytes?: number
  /** Writes whatever waits after this time, in ms. @default 50 */
  readonly lingerMs?: number
  /** How long to wait before what could not be written is tried again. @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff
  /** Called after each batch that was written. Must not throw. */
  readonly onWrite?: (write: IngestWrite) => void
  /** Called with how many operations of an event were filtered out. Must not throw. */
  readonly onFilter?: (operations: number) => void
  /**
   * Called where events are missing, once everything before the gap is in the stream and before anything after it is,
   * the cursor included, so that what it makes durable outlives a crash. Repeated while it rejects.
   */
  readonly onGap?: (gap: NonNullable<SourceBatch['gap']>) => Promise<void>
  /** Called for each failed attempt to write a batch, which is repeated. Must not throw. */
  readonly onError?: (error: unknown) => void
}

/** What a source hands over at a time. */
export interface SourceBatch {
  readonly events: readonly RepoEvent[]
  /** The position in the host's stream that they lead to. */
  readonly seq: number
  /** When the event there was first sent, by the host's clock, in ms since 1970; absent where that is not known. */
  readonly timeMs?: number
  /** Whether events are missing just before these, and how that is known. @default none are */
  readonly gap?: 'outdated' | 'reset'
}

export interface IngestWrite {
  readonly events: number
  /** Operations on records in those events. */
  readonly operations: number
  /** How long writing took, in ms. */
  readonly durationMs: number
}

/** Writes what a firehose brings to the stream of live events, together with the cursor of its host. */
export class Ingest {
  readonly #options: Required<IngestOptions>
  #waiting = new WriteBatch()
  #writing = 0
  #isWriting = false
  #isHeldBack = false
  #hasEnded = false
  #isFlushing = false
  #batchesWritten = 0
  #failure: unknown
  #wakeWriter = () => {}
  #wakeReader = () => {}

  constructor(options: IngestOptions) {
    this.#options = { ...defaults, ...options }
  }

  /** Events that have been read and are not yet in the stream. */
  get eventsInMemory(): number {
    return this.#waiting.events + this.#writing
  }

  /** Why what was read cannot be written, which is tried again; undefined while it can. */
  get failure(): unknown {
    return this.#failure
  }

  /** Whether the stream is at its high-water mark, so that nothing more is read. */
  get isHeldBack(): boolean {
    return this.#isHeldBack
  }

  /**
   * Runs until the source ends and everything it brought is written.
   *
   * @param signal when it aborts, what then fails to be written is given up: the cursor has not moved, so the host
   *   sends it again.
   * @throws what the source throws, after everything before it is written.
   */
  async run(signal?: AbortSignal): Promise<void> {
    this.#hasEnded = false
    const writing = this.#write(signal)
    // A failed writer must end the reader too.
    writing.catch(() => this.#wakeReader())
    try {
      for await (const batch of this.#options.source) {
        if (batch.gap !== undefined) await Promise.race([this.#gap(batch.gap, signal), writing])
        this.#take(batch)
        if (this.#isFull()) await Promise.race([this.#room(), writing])
      }
    } finally {
      this.#hasEnded = true
      this.#wakeWriter()
      await writing
    }
  }

  /**
   * Resolves once everything that was taken until now is in the stream.
   *
   * @throws the signal's reason when it aborts; what was not written by then is sent again.
   */
  async flush(signal: AbortSignal): Promise<void> {
    const waiting = (this.#isWriting ? 1 : 0) + (this.#waiting.seq === undefined ? 0 : 1)
    const last = this.#batchesWritten + waiting
    using stack = new DisposableStack()
    const onAbort = () => this.#wakeReader()
    signal.addEventListener('abort', onAbort)
    stack.defer(() => signal.removeEventListener('abort', onAbort))
    while (this.#batchesWritten < last) {
      signal.throwIfAborted()
      await this.#room()
    }
  }

  async #gap(gap: NonNullable<SourceBatch['gap']>, signal: AbortSignal | undefined): Promise<void> {
    this.#isFlushing = true
    this.#wakeWriter()
    while (this.#waiting.seq !== undefined || this.#isWriting) await this.#room()
    this.#isFlushing = false
    await this.#repeat(() => this.#options.onGap(gap), signal)
  }

  #take({ events, seq, timeMs }: SourceBatch): void {
    const { filter, onFilter } = this.#options
    for (const one of events) {
      const { event, filtered } = filter(one)
      if (filtered > 0) onFilter(filtered)
      if (event !== undefined) this.#waiting.add(encodeEvent(event), event)
    }
    this.#waiting.seq = seq
    this.#waiting.timeMs = timeMs
    this.#wakeWriter()
  }

  async #write(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      while (this.#waiting.seq === undefined) {
        if (this.#hasEnded) return
        await this.#sleep()
      }
      const deadline = performance.now() + this.#options.lingerMs
      while (!this.#isFull() && !this.#isHurried && performance.now() < deadline) {
        await this.#sleep(Math.max(0, deadline - performance.now()))
      }
      await this.#repeat(() => this.#holdBack(signal), signal)
      const batch = this.#waiting
      this.#waiting = new WriteBatch()
      this.#writing = batch.events
      this.#isWriting = true
      this.#wakeReader()
      await this.#repeat(() => this.#append(batch), signal)
      this.#writing = 0
      this.#isWriting = false
      this.#batchesWritten += 1
      this.#wakeReader()
    }
  }

  async #holdBack(signal: AbortSignal | undefined): Promise<void> {
    const { streams, highWater } = this.#options
    if ((await streams.length(firehoseLive)) < highWater) return
    this.#isHeldBack = true
    await streams.drained(firehoseLive, highWater, signal)
    this.#isHeldBack = false
  }

  async #append({ payloads, seq = 0, timeMs, events, operations }: WriteBatch): Promise<void> {
    const { streams, host, onWrite } = this.#options
    const start = performance.now()
    await streams.append(firehoseLive, payloads, { host, seq, ...(timeMs !== undefined && { timeMs }) })
    onWrite({ events, operations, durationMs: performance.now() - start })
  }

  /** @throws the last failure, once the signal has aborted. */
  async #repeat(work: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const { backoff, onError } = this.#options
    const onFailure = (error: unknown) => {
      this.#failure = error
      onError(error)
    }
    await repeat(work, { backoff, signal, onFailure })
    this.#failure = undefined
  }

  #isFull(): boolean {
    return (
      this.#waiting.events >= this.#options.batchEvents || this.#waiting.bytes >= this.#options.batchBytes
    )
  }

  /** Whether nothing more comes before what waits is written. */
  get #isHurried(): boolean {
    return this.#hasEnded || this.#isFlushing
  }

  /** Resolves when there is something to do for the writer, or after `timeoutMs`. */
  #sleep(timeoutMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs)
      this.#wakeWriter = () => {
        // Nothing to do for the writer yet: it keeps waiting for more.
        if (timeoutMs !== undefined && !this.#isFull() && !this.#isHurried) return
        clearTimeout(timer)
        this.#wakeWriter = () => {}
        resolve()
      }
    })
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      const others = this.#wakeReader
      this.#wakeReader = () => {
        this.#wakeReader = () => {}
        others()
        resolve()
      }
    })
  }
}

const defaults = {
  filter: createFilter({}),
  highWater: 100_000,
  batchEvents: 1000,
  batchBytes: 8_000_000,
  lingerMs: 50,
  backoff: { firstMs: 100, maxMs: 5000, jitter: 0.5 },
  onWrite: () => {},
  onFilter: () => {},
  onGap: async () => {},
  onError: () => {},
}
