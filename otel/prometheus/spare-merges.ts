import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { isObject, onSyncStorage } from './sdk-internals.ts'

/**
 * Spares the SDK a copy in each cumulative collection: it merges what was recorded since the last one into an
 * empty map first, and that into the whole. With a single map to merge it can be read as it is. What comes
 * out is the same; it takes about half the time. To be called before the provider has meters; does nothing
 * for an SDK whose inside is not known.
 */
export function spareMerges(producer: unknown): void {
  onSyncStorage(producer, ({ _temporalMetricStorage: temporal }) => {
    if (!isTemporal(temporal)) return
    const merge = temporal._getMergedUnreportedAccumulations
    temporal._getMergedUnreportedAccumulations = (collector) => {
      const unreported = temporal._unreportedAccumulations.get(collector)
      const history = temporal._reportHistory.get(collector)
      // A reader's first collection keeps the map that it is given, so that one has to be its own.
      const isReadOnly = history?.aggregationTemporality === AggregationTemporality.CUMULATIVE
      if (!isReadOnly || unreported?.length !== 1) return merge.call(temporal, collector)
      temporal._unreportedAccumulations.set(collector, [])
      return unreported[0]
    }
  })
}

interface Temporal {
  readonly _unreportedAccumulations: Map<unknown, unknown[]>
  readonly _reportHistory: ReadonlyMap<unknown, { readonly aggregationTemporality: AggregationTemporality }>
  _getMergedUnreportedAccumulations(collector: unknown): unknown
}

function isTemporal(temporal: unknown): temporal is Temporal {
  return (
    isObject(temporal) &&
    temporal._unreportedAccumulations instanceof Map &&
    temporal._reportHistory instanceof Map &&
    typeof temporal._getMergedUnreportedAccumulations === 'function'
  )
}
