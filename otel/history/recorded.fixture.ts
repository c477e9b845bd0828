import type { Meter } from '@opentelemetry/api'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { History, type HistoryOptions } from './history.ts'
import { HistoryReader } from './reader.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** A history of a provider of its own, with a clock that stands still until it is moved. */
export class Recorded implements AsyncDisposable {
  nowMs = Date.UTC(2026, 0, 5)
  readonly history: History
  readonly meter: Meter
  readonly reader: HistoryReader
  readonly #provider: MeterProvider

  constructor(
    options: Partial<HistoryOptions> = {},
    views: ConstructorParameters<typeof MeterProvider>[0] = {},
  ) {
    const file = ':memory:'
    this.history = new History({ file, node: 'one', clock: () => this.nowMs, ...options })
    // Nothing is collected but by `take`.
    this.reader = new HistoryReader({ history: this.history, intervalMs: 2 ** 30 })
    this.#provider = new MeterProvider({ ...views, readers: [this.reader] })
    this.meter = this.#provider.getMeter('test')
  }

  /** Collects once each interval until so much time is over, the change before each. */
  async pass(ms: number, intervalMs: number, change: (step: number) => void = () => {}): Promise<void> {
    for (let step = 0; step < ms / intervalMs; step++) {
      change(step)
      this.nowMs += intervalMs
      await this.take()
    }
  }

  async take(): Promise<void> {
    const { resourceMetrics } = await this.reader.collect()
    this.history.take(resourceMetrics)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#provider.shutdown()
  }
}
