import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import type {
  AggregationOption,
  InstrumentType,
  PushMetricExporter,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { AggregationTemporality, AggregationType, InstrumentType as Types } from '@opentelemetry/sdk-metrics'
import type { Outlet } from './outlet.ts'

export interface WatchedExporterOptions {
  readonly exporter: Outlet['exporter']
  /** Where it goes, for the log. */
  readonly target: string
  /** An export that takes longer, with all its attempts, has failed, in ms. */
  readonly timeoutMs: number
  /** Drops an export that has failed so: backends that answer a byte at a time would keep it for ever. */
  readonly onTimeout?: () => void
  readonly selectTemporality: (type: InstrumentType) => AggregationTemporality
  /** What histograms become that no view speaks of. */
  readonly histograms: AggregationOption
  readonly onExport?: (outcome: 'success' | 'failure', metrics: ResourceMetrics) => void
  /** Called when the backend stops taking metrics and when it takes them again, not at each attempt. */
  readonly onLog?: (level: 'info' | 'warn', message: string) => void
}

/**
 * Bounds and watches the exports of another exporter. The reader is always told of success, because it would log each
 * failed attempt: under cumulative temporality the next export carries everything.
 */
export class WatchedExporter implements PushMetricExporter {
  readonly #options: WatchedExporterOptions
  #failingSince: number | undefined

  constructor(options: WatchedExporterOptions) {
    this.#options = options
  }

  selectAggregation(type: InstrumentType): AggregationOption {
    return type === Types.HISTOGRAM ? this.#options.histograms : { type: AggregationType.DEFAULT }
  }

  selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return this.#options.selectTemporality(type)
  }

  export(metrics: ResourceMetrics, callback: (result: ExportResult) => void): void {
    const { exporter, timeoutMs, onTimeout } = this.#options
    let isOver = false
    const finish = (error: Error | undefined) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      this.#report(error, metrics)
      callback({ code: ExportResultCode.SUCCESS })
    }
    const timer = setTimeout(() => {
      finish(new Error(`no answer within ${timeoutMs} ms`))
      onTimeout?.()
    }, timeoutMs)
    timer.unref()
    try {
      exporter.export(metrics, ({ code, error }) => {
        finish(code === ExportResultCode.SUCCESS ? undefined : (error ?? new Error('it gave no reason')))
      })
    } catch (error) {
      finish(error as Error)
    }
  }

  async forceFlush(): Promise<void> {
    await this.#options.exporter.forceFlush()
  }

  async shutdown(): Promise<void> {
    await this.#options.exporter.shutdown()
  }

  #report(error: Error | undefined, metrics: ResourceMetrics): void {
    const { target, onExport, onLog } = this.#options
    onExport?.(error === undefined ? 'success' : 'failure', metrics)
    if (error !== undefined && this.#failingSince === undefined) {
      this.#failingSince = performance.now()
      onLog?.('warn', `cannot export metrics to ${target}: ${messageOf(error)}; ${this.#consequence()}`)
    } else if (error === undefined && this.#failingSince !== undefined) {
      const seconds = Math.round((performance.now() - this.#failingSince) / 1000)
      this.#failingSince = undefined
      onLog?.('info', `exporting metrics to ${target} again after ${seconds} s`)
    }
  }

  #consequence(): string {
    const isCumulative =
      this.selectAggregationTemporality(Types.COUNTER) === AggregationTemporality.CUMULATIVE
    return isCumulative ? 'nothing is lost, the next export carries it' : 'what it carried is lost'
  }
}

/** Connection errors to a name with several addresses have their message inside. */
function messageOf(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  return (String(first?.message || first) || error.name).split('\n', 1)[0] ?? ''
}
