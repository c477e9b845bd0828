import {
  type AggregationOption,
  AggregationTemporality,
  type AggregationTemporalitySelector,
  AggregationType,
  InstrumentType,
} from '@opentelemetry/sdk-metrics'
import type { PushDefaults } from '../../configuration/schema-readers.ts'

/** Which instruments a reader reports as differences rather than totals, as the OTLP exporter's specification says. */
export function selectTemporality({
  temporality_preference: preference,
}: Pick<PushDefaults, 'temporality_preference'>): AggregationTemporalitySelector {
  const delta: ReadonlySet<InstrumentType> = deltas[preference]
  return (type) => (delta.has(type) ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE)
}

const deltas: Readonly<Record<PushDefaults['temporality_preference'], ReadonlySet<InstrumentType>>> = {
  cumulative: new Set(),
  delta: new Set([
    InstrumentType.COUNTER,
    InstrumentType.OBSERVABLE_COUNTER,
    InstrumentType.GAUGE,
    InstrumentType.OBSERVABLE_GAUGE,
    InstrumentType.HISTOGRAM,
  ]),
  low_memory: new Set([InstrumentType.COUNTER, InstrumentType.HISTOGRAM]),
}

/** What a reader makes of histograms that no view speaks of. */
export function histogramAggregation(
  preference: PushDefaults['default_histogram_aggregation'],
): AggregationOption {
  return preference === 'base2_exponential_bucket_histogram'
    ? { type: AggregationType.EXPONENTIAL_HISTOGRAM }
    : { type: AggregationType.DEFAULT }
}
