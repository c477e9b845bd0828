import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { sumKind } from './aggregator-kinds.ts'
import { isObject, onSyncStorage } from './provider-state.ts'

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
      // What several readers share must not change under the others.
      const isOwn = temporal._unreportedAccumulations.size === 1
      merge(whole, recorded, temporal._aggregator, isOwn ? adderOf(temporal._aggregator) : undefined)
      temporal._reportHistory.set(collector, {
        accumulations: whole,
        collectionTime: time,
        aggregationTemporality: temporality,
      })
      if (whole._valueMap.size === 0) return undefined
      return temporal._aggregator.toMetricData(descriptor, temporality, new Entries(whole), time)
    }
  })
}

/** The first series of a stream, as the SDK keeps it from one cumulative collection to the next. */
export function firstMerged(storage: unknown): object | undefined {
  const temporal = isObject(storage) ? storage._temporalMetricStorage : undefined
  if (!isTemporal(temporal)) return undefined
  const [history] = temporal._reportHistory.values()
  return isMap(history?.accumulations) ? [...history.accumulations._valueMap.values()][0] : undefined
}

interface AttributeMap {
  readonly _keyMap: Map<string, unknown>
  readonly _valueMap: Map<string, Accumulation | undefined>
}

interface Accumulation {
  record(value: unknown): void
  toPointValue(): unknown
}

interface Aggregator {
  readonly kind?: unknown
  /** Where `record` of its accumulations does more than to add. */
  readonly add?: Adder
  merge(previous: unknown, delta: unknown): Accumulation
  toMetricData(descriptor: unknown, temporality: unknown, entries: Entries, time: unknown): unknown
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

/** Adds one accumulation to another in place, which `merge` of the SDK does in a new one. */
type Adder = (previous: Accumulation, delta: Accumulation) => void

/** Looks up each series as seldom as can be: with many, the maps do not fit into the caches of the processor. */
function merge(
  whole: AttributeMap,
  { _keyMap: keys, _valueMap: recorded }: AttributeMap,
  aggregator: Aggregator,
  add: Adder | undefined,
): void {
  const values = whole._valueMap
  for (const [hash, accumulation] of recorded) {
    const previous = values.get(hash)
    if (previous !== undefined && accumulation !== undefined && add !== undefined) add(previous, accumulation)
    else if (previous !== undefined || values.has(hash))
      values.set(hash, aggregator.merge(previous, accumulation))
    else {
      if (!whole._keyMap.has(hash)) whole._keyMap.set(hash, keys.get(hash))
      values.set(hash, accumulation)
    }
  }
}

/** Only for sums: what was exported of a histogram refers to its buckets. */
function adderOf(aggregator: Aggregator): Adder | undefined {
  if (aggregator.kind !== sumKind) return undefined
  return aggregator.add ?? ((previous, delta) => previous.record(delta.toPointValue()))
}

/** What the SDK makes an array of triples of, to call its `map` and nothing else. */
class Entries {
  readonly #map: AttributeMap

  constructor(map: AttributeMap) {
    this.#map = map
  }

  /** Calls back with attributes and accumulation, in one array for all. */
  map<Result>(callback: (entry: readonly unknown[], index: number) => Result): Result[] {
    const { _keyMap: keys, _valueMap: values } = this.#map
    const results: Result[] = []
    const entry: unknown[] = [undefined, undefined, undefined]
    for (const [hash, accumulation] of values) {
      entry[0] = keys.get(hash)
      entry[1] = accumulation
      entry[2] = hash
      results.push(callback(entry, results.length))
    }
    return results
  }
}

function isTemporal(temporal: unknown): temporal is Temporal {
  return (
    isObject(temporal) &&
    temporal._unreportedAccumulations instanceof Map &&
    temporal._reportHistory instanceof Map &&
    isObject(temporal._aggregator) &&
    typeof temporal._aggregator.merge === 'function' &&
    typeof temporal._aggregator.toMetricData === 'function' &&
    typeof temporal._stashAccumulations === 'function' &&
    typeof temporal.buildMetrics === 'function'
  )
}

function isMap(map: unknown): map is AttributeMap {
  return isObject(map) && map._keyMap instanceof Map && map._valueMap instanceof Map
}
