import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api'
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
  readonly #series = new Map<
    string,
    { readonly attributes: Attributes; readonly startTime: HrTime; value: number }
  >()

  add({ metric, reason }: CallbackFailure): void {
    const key = `${reason} ${metric}`
    const series = this.#series.get(key)
    if (series) series.value++
    else
      this.#series.set(key, {
        attributes: { metric, reason },
        startTime: millisToHrTime(Date.now()),
        value: 1,
      })
  }

  /** The counter as a reader would collect it; nothing as long as nothing failed. */
  scopeMetrics(): ResourceMetrics['scopeMetrics'] {
    if (this.#series.size === 0) return []
    const endTime = millisToHrTime(Date.now())
    const metric: SumMetricData = {
      descriptor,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [...this.#series.values()].map((series) => ({ ...series, endTime })),
    }
    return [{ scope: { name: '@tidegauge/otel/exposition' }, metrics: [metric] }]
  }
}

const descriptor = {
  name: 'otel.collect.errors',
  description:
    'Observable callbacks whose metric is missing from a scrape, because they failed or took too long.',
  unit: '{error}',
  valueType: ValueType.INT,
} as const
