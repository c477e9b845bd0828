import { type Attributes, ValueType } from '@opentelemetry/api'
import { millisToHrTime } from '@opentelemetry/core'
import {
  AggregationTemporality,
  DataPointType,
  type ResourceMetrics,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics'
import type { CallbackFailure } from '../sdk/callbacks.ts'

/**
 * Counts failed callbacks for the scrape in which they failed. A counter of the SDK would show them in the next
 * one only, since its meter may be collected before the callback fails.
 */
export class CollectErrors {
  readonly #series = new Map<string, Series>()

  add({ metric, reason }: CallbackFailure): void {
    const key = `${reason} ${metric}`
    const series = this.#series.get(key)
    if (series) series.value++
    else {
      const began = { startMs: Date.now(), steadyStartMs: performance.now() }
      this.#series.set(key, { attributes: { metric, reason }, ...began, value: 1 })
    }
  }

  /** The counter as a reader would collect it; nothing as long as nothing failed. */
  scopeMetrics(): ResourceMetrics['scopeMetrics'] {
    if (this.#series.size === 0) return []
    const endMs = Date.now()
    const endTime = millisToHrTime(endMs)
    const metric: SumMetricData = {
      descriptor,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [...this.#series.values()].map((series) => {
        // Only where the clock has been set back.
        if (series.startMs > endMs)
          series.startMs = Math.floor(endMs - (performance.now() - series.steadyStartMs))
        const { attributes, startMs, value } = series
        return { attributes, startTime: millisToHrTime(startMs), endTime, value }
      }),
    }
    return [{ scope: { name: '@tidegauge/otel/exposition' }, metrics: [metric] }]
  }
}

interface Series {
  readonly attributes: Attributes
  /** By the clock of the system, and by one that nobody sets. */
  startMs: number
  readonly steadyStartMs: number
  value: number
}

const descriptor = {
  name: 'otel.collect.errors',
  description:
    'Observable callbacks whose metric is missing from a scrape, because they failed or took too long.',
  unit: '{error}',
  valueType: ValueType.INT,
} as const
