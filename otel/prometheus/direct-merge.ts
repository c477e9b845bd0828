import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { isObject, onSyncStorage } from './sdk-internals.ts'

/**
 * Makes the SDK's cumulative collections take about half the time. The SDK copies what was recorded since the last
 * one into an empty map before it merges that into the whole, and walks both with generators; here it is merged at
 * once, by the same aggregator and in the same order, so that what comes out is the same. To be called before the
 * provider has meters; does nothing for an SDK whose inside is not known.
 */
export function mergeDirectly(producer: unknown): void {
  onSyncStorage(producer, ({ _temporalMetricStorage: temporal }) => {
    if (!isTemporal(temporal)) return
    const { buildMetrics } = temporal
    temporal.buildMetrics = (collector, descriptor, recorded, time) => {
      const waiting = temporal._unreportedAccumulations.get(collector)
      const history = temporal._reportHistory.get(collector)
      const temporality = history?.aggregationTemporality
      const isPlain = waiting?.length === 0 && isMap(recorded) && isMap(history?.accumulations)
      if (!isPlain || temporality !== AggregationTemporality.CUMULATIVE) {
        return buildMetrics.call(temporal, collector, descriptor, recorded, time)
      }
      temporal._stashAccumulations(recorded)
      temporal._unreportedAccumulations.set(collector, [])
      const whole = history?.accumulations as AttributeMap
      merge(whole, recorded, temporal._aggregator)
      temporal._reportHistory.set(collector, {
        accumulations: whole,
        collectionTime: time,
        aggregationTemporality: temporality,
      })
      const entries = entriesOf(whole)
      if (entries.length === 0) return undefined
      return temporal._aggregator.toMetricData(descriptor, temporality, entries, time)
    }
  })
}

interface AttributeMap {
  readonly _keyMap: Map<string, unknown>
  readonly _valueMap: Map<string, unknown>
}

interface Aggregator {
  merge(previous: unknown, delta: unknown): unknown
  toMetricData(descriptor: unknown, temporality: unknown, entries: unknown[], time: unknown): unknown
}

interface History {
  readonly accumulations: unknown
  readonly collectionTime: unknown
  readonly aggregationTemporality: AggregationTemporality
}

interface Temporal {
  /** Replaced when exemplars are captured. */
  readonly _aggregator: Aggregator
  readonly _unreportedAccumulations: Map<unknown, unknown[]>
  readonly _reportHistory: Map<unknown, History>
  _stashAccumulations(recorded: unknown): void
  buildMetrics(collector: unknown, descriptor: unknown, recorded: unknown, time: unknown): unknown
}

function merge(
  whole: AttributeMap,
  { _keyMap: keys, _valueMap: recorded }: AttributeMap,
  aggregator: Aggregator,
): void {
  const values = whole._valueMap
  for (const [hash, accumulation] of recorded) {
    if (values.has(hash)) values.set(hash, aggregator.merge(values.get(hash), accumulation))
    else {
      if (!whole._keyMap.has(hash)) whole._keyMap.set(hash, keys.get(hash))
      values.set(hash, accumulation)
    }
  }
}

function entriesOf({ _keyMap: keys, _valueMap: values }: AttributeMap): unknown[] {
  const entries: unknown[] = []
  for (const [hash, accumulation] of values) entries.push([keys.get(hash), accumulation, hash])
  return entries
}

function isTemporal(temporal: unknown): temporal is Temporal {
  return (
    isObject(temporal) &&
    temporal._unreportedAccumulations instanceof Map &&
    temporal._reportHistory instanceof Map &&
    isObject(temporal._aggregator) &&
    typeof temporal._stashAccumulations === 'function' &&
    typeof temporal.buildMetrics === 'function'
  )
}

function isMap(map: unknown): map is AttributeMap {
  return isObject(map) && map._keyMap instanceof Map && map._valueMap instanceof Map
}
