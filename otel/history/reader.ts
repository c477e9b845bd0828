import {
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  MetricReader,
} from '@opentelemetry/sdk-metrics'
import type { History } from './history.ts'

export interface HistoryReaderOptions {
  readonly history: History
  /** Between two collections, in ms. */
  readonly intervalMs: number
  /** Told when keeping the history fails, and when it works again. Must not throw. */
  readonly onLog?: (level: 'info' | 'warn', line: string) => void
}

/** A callback that takes longer is left out of a row, in ms. */
const callbackTimeoutMs = 5000

/** How often what has come of age is looked for, in ms. */
const tidyMs = 600_000

/** Collects for a history, from when it has a provider until it is shut down; the history belongs to it. */
export class HistoryReader extends MetricReader {
  readonly #options: HistoryReaderOptions
  readonly #ended = new AbortController()
  #timers: NodeJS.Timeout[] = []
  #tidying: Promise<void> | undefined
  #isCollecting = false
  #hasFailed = false

  constructor(options: HistoryReaderOptions) {
    super({
      // What has come since the last time, for the minimum and maximum of each interval.
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.HISTOGRAM ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      aggregationSelector: () => ({ type: AggregationType.DEFAULT }),
    })
    this.#options = options
  }

  protected override onInitialized(): void {
    const every = (ms: number, work: () => void) => this.#timers.push(setInterval(work, ms).unref())
    every(this.#options.intervalMs, () => void this.#take())
    every(tidyMs, () => void this.#tidy())
  }

  /** Takes a row and writes it. */
  protected override async onForceFlush(): Promise<void> {
    await this.#take()
    this.#attempt(() => this.#options.history.flush())
  }

  protected override async onShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.onForceFlush()
    this.#ended.abort()
    await this.#tidying
    this.#options.history[Symbol.dispose]()
  }

  async #take(): Promise<void> {
    // One that takes longer than the interval is not overtaken.
    if (this.#isCollecting) return
    this.#isCollecting = true
    try {
      const { resourceMetrics } = await this.collect({ timeoutMillis: callbackTimeoutMs })
      this.#attempt(() => this.#options.history.take(resourceMetrics))
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#isCollecting = false
    }
  }

  async #tidy(): Promise<void> {
    if (this.#tidying !== undefined) return
    this.#tidying = this.#options.history.tidy(this.#ended.signal).catch((error) => this.#failed(error))
    await this.#tidying
    this.#tidying = undefined
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed(error)
      return
    }
    if (this.#hasFailed) this.#options.onLog?.('info', 'the history of metrics is kept again')
    this.#hasFailed = false
  }

  #failed(error: unknown): void {
    if (!this.#hasFailed)
      this.#options.onLog?.(
        'warn',
        `the history of metrics cannot be written, the next row will stand for this time too: ${(error as Error).message}`,
      )
    this.#hasFailed = true
  }
}
