import type { Meter } from '@opentelemetry/api'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import {
  pipelineCallbackErrors,
  pipelineExports,
  pipelineMeasurementsDropped,
  pipelineOverflows,
  pipelineScrapeDuration,
  pipelineScrapes,
  pipelineSeries,
} from '../catalog/pipeline/metrics.ts'
import { bind } from '../meter/bind.ts'
import { ObservationError, observe } from '../meter/observe.ts'
import type { OnLog } from './diagnostics.ts'
import type { ReaderEvents } from './readers/configured-reader.ts'
import type { Overflow } from './views/view-resolution.ts'

/**
 * What the pipeline counts about itself. The readers exist before the meter does, so that nothing is
 * counted until `start`.
 */
export class SelfMetrics {
  readonly #onLog: OnLog
  readonly #overflowed = new Set<string>()
  #counters: ReturnType<typeof countersOf> | undefined
  #series: number | undefined

  constructor(onLog: OnLog) {
    this.#onLog = onLog
  }

  start(meter: Meter): void {
    this.#counters = countersOf(meter)
    observe(meter, pipelineSeries, () => this.#series)
  }

  /** For the readers to report to. */
  readonly events: ReaderEvents = {
    onLog: (level, message) => this.#onLog(level, message),
    onExport: (exporter, outcome) => this.#counters?.exports.add(1, { exporter, outcome }),
    onCollect: (metrics) => {
      this.#series = seriesOf(metrics)
    },
    scrape: {
      onScrape: ({ format, outcome, durationMs }) => {
        this.#counters?.scrapes.add(1, { format, outcome })
        this.#counters?.scrapeDuration.record(durationMs / 1000)
      },
      onCallbackError: ({ metric, reason, error }) => {
        // Ours have counted it where they failed.
        if (!(error instanceof ObservationError)) this.#counters?.callbackErrors.add(1, { metric, reason })
      },
    },
  }

  /** Counts a measurement that went to an overflow series; the first one of each metric and attribute is logged. */
  readonly overflowed = (overflow: Overflow): void => {
    const { metric, attribute } = overflow
    // This counter has a limit too, and would count itself for ever.
    if (metric !== pipelineOverflows.name) this.#counters?.overflows.add(1, { metric })
    const key = `${attribute} ${metric}`
    if (this.#overflowed.has(key)) return
    this.#overflowed.add(key)
    this.#onLog('warn', overflowLine(overflow))
  }
}

/** Says what has become of what was measured, and what to do if it is wanted. */
function overflowLine({ metric, instrument, attribute, limit, keeps }: Overflow): string {
  const what = attribute === undefined ? `${limit} series` : `${limit} values of ${attribute}`
  const further =
    keeps === 'sum' ? 'further ones are added up in' : 'the last value of further ones is kept in'
  return (
    `${metric} has reached its limit of ${what}: ${further} one series, otel.metric.overflow, ` +
    `until the process ends; to tell more apart, set aggregation_cardinality_limit in a view for ${instrument} ` +
    'in the file of OTEL_CONFIG_FILE'
  )
}

function countersOf(meter: Meter) {
  return {
    scrapes: bind(meter, pipelineScrapes),
    scrapeDuration: bind(meter, pipelineScrapeDuration),
    exports: bind(meter, pipelineExports),
    overflows: bind(meter, pipelineOverflows),
    callbackErrors: bind(meter, pipelineCallbackErrors),
    // Made here so that its zeroes are there from the start.
    dropped: bind(meter, pipelineMeasurementsDropped),
  }
}

function seriesOf({ scopeMetrics }: ResourceMetrics): number {
  let series = 0
  for (const { metrics } of scopeMetrics) for (const { dataPoints } of metrics) series += dataPoints.length
  return series
}
