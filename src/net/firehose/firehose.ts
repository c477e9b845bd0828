import { Intake } from './intake.ts'
import { lagMs } from './lag.ts'
import { type FirehoseBatch, type FirehoseOptions, type Settings, withDefaults } from './options.ts'
import { Queue, type Slot } from './queue.ts'
import { Uplink } from './uplink.ts'

/**
 * The event stream of a relay or PDS, verified (`com.atproto.sync.subscribeRepos`). A bad event is reported and
 * skipped, a lost connection is reopened, however often; neither ends the stream.
 */
export class Firehose implements AsyncDisposable {
  readonly #settings: Settings
  readonly #queue: Queue
  readonly #intake: Intake
  readonly #uplink: Uplink
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined
  /** When the last event that was yielded was first sent. */
  #readTimeMs: number | undefined

  constructor(options: FirehoseOptions) {
    this.#settings = withDefaults(options)
    this.#readTimeMs = options.cursorTimeMs
    const { maxQueuedFrames, maxQueuedBytes } = this.#settings
    const common = { settings: this.#settings, signal: this.#stop.signal }
    this.#queue = new Queue({ maxFrames: maxQueuedFrames, maxBytes: maxQueuedBytes })
    this.#intake = new Intake({ ...common, queue: this.#queue })
    this.#uplink = new Uplink({ ...common, queue: this.#queue, intake: this.#intake })
  }

  /** Whether the connection to the relay is open. */
  get connected(): boolean {
    return this.#uplink.connected
  }

  /** The last seq received; absent before the first when the stream began `live`. */
  get lastSeq(): number | undefined {
    return this.#intake.seq
  }

  /** When the last event received was first sent, in ms since 1970, by the host's clock. */
  get lastEventTimeMs(): number | undefined {
    return this.#intake.timeMs
  }

  /** How many frames have been received and not yet taken. */
  get queued(): number {
    return this.#queue.length
  }

  /** How far the reader is behind, in ms, as far as that is known: see `lag.ts`. */
  get lagMs(): number | undefined {
    const { readUpToMs } = this.#intake
    const { now, elapsed } = this.#settings
    const progress = { ...this.#uplink.sight, readTimeMs: this.#readTimeMs, readUpToMs }
    return lagMs(progress, { wallMs: now(), elapsedMs: elapsed() })
  }

  /**
   * Makes the first attempt to connect and reports its outcome. Events wait until they are taken; a relay
   * that cannot be reached is retried forever.
   *
   * @throws {SetupError} when what answers does not speak the protocol.
   */
  async start(): Promise<'connected' | 'unreachable'> {
    this.#running ??= this.#uplink.run().catch((error) => this.#queue.fail(error))
    const first = await Promise.race([this.#uplink.first, this.#running])
    if (first) return first
    await this.#queue.ready(this.#stop.signal)
    return 'unreachable'
  }

  /**
   * Yields verified events in order until `signal` aborts, then closes the connection. The next batch is
   * assembled when it is asked for: a caller that has saved a batch and its `seq` loses nothing in a crash.
   *
   * @throws {SetupError} when what the other side sends first is not of the protocol.
   */
  async *events(signal: AbortSignal): AsyncGenerator<FirehoseBatch, void, undefined> {
    try {
      await this.start()
      while (!signal.aborted) {
        await this.#queue.ready(signal)
        const batch = toBatch(this.#queue.take(this.#settings.maxBatchEvents))
        this.#uplink.applyBackpressure()
        if (!batch || signal.aborted) continue
        this.#readTimeMs = batch.timeMs ?? this.#readTimeMs
        yield batch
      }
    } finally {
      await this[Symbol.asyncDispose]()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }
}

function toBatch(slots: readonly Slot[]): FirehoseBatch | undefined {
  const last = slots.findLast(({ seq }) => seq !== undefined)
  if (last?.seq === undefined) return undefined
  const events = slots.flatMap(({ event }) => event ?? [])
  const timeMs = slots.findLast((slot) => slot.timeMs !== undefined)?.timeMs
  const gap = slots[0]?.gap
  return { events, seq: last.seq, ...(timeMs !== undefined && { timeMs }), ...(gap && { gap }) }
}
