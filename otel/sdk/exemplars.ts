import type { Attributes } from '@opentelemetry/api'
import type { DataPoint } from '@opentelemetry/sdk-metrics'

/** Which measurements may become exemplars; the words are those of `OTEL_METRICS_EXEMPLAR_FILTER`. */
export const exemplarFilters = ['trace_based', 'always_on', 'always_off'] as const

export type ExemplarFilter = (typeof exemplarFilters)[number]

/** One measurement that stands for others, and the trace in which it was taken. */
export interface Exemplar {
  readonly value: number
  readonly timeMs: number
  /** `undefined` where no span was active, which only `always_on` lets through. */
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  /** The attributes of the measurement that a view has taken off its series; `undefined` where there are none. */
  readonly filteredAttributes: Attributes | undefined
}

/**
 * The exemplars of a series. A sum or a gauge has one at most, under `0`; a histogram one for each bucket, under the
 * index of the bucket; an exponential histogram a few, under the power of two above the value.
 */
export type Exemplars = ReadonlyMap<number, Exemplar>

/**
 * Reads the exemplars of a data point, which the capturing aggregator attached. Under cumulative temporality a series
 * keeps each until another takes its place; under delta temporality a point has those of its interval.
 */
export function exemplarsOf(point: DataPoint<unknown>): Exemplars | undefined {
  return (point as { exemplars?: Exemplars }).exemplars
}
