import type { Attributes } from '@opentelemetry/api'
import { sumKind } from './aggregator-kinds.ts'
import { overflow } from './overflow.ts'
import { isObject, onAsyncStorage } from './provider-state.ts'
import type { AttributeMap } from './storages.ts'

/**
 * Adds up what observable counters report under attributes that become the same: beyond a limit on series, where they
 * become those of the overflow, or by a view that takes attributes off. The SDK would export the last one of a
 * collection, and beyond its own limit a sum that grows at each collection by itself. Of a gauge, which cannot be added
 * up, the last one is kept. To be called before the provider has meters.
 */
export function addUpObservations(owner: unknown): void {
  onAsyncStorage(owner, (storage) => {
    if (!isStorage(storage)) return
    const collect = storage.collect.bind(storage)
    // Of several callbacks, in one collection: to be added up it must be complete.
    const observed = new WeakMap<object, Observations>()
    storage.record = (observations, time) => {
      const known = observed.get(time)
      if (known === undefined) observed.set(time, observations)
      else for (const [attributes, value, hash] of observations.entries()) known.set(attributes, value, hash)
    }
    storage.collect = (collector, time) => {
      const observations = observed.get(time)
      observed.delete(time)
      if (observations !== undefined)
        storage._deltaMetricStorage.batchCumulate(combined(observations, storage), time)
      return collect(collector, time)
    }
  })
}

/** Values by the attributes that their series has. */
function combined(observations: Observations, storage: AsyncStorage): Observations {
  const { _attributesProcessor: processor, _deltaMetricStorage: delta } = storage
  const { _cumulativeMemoStorage: known, _cardinalityLimit: limit } = delta
  if (processor === undefined && known._valueMap.size + observations._valueMap.size <= limit)
    return observations
  const adds = delta._aggregator.kind === sumKind
  const series: Observations = new (observations.constructor as new () => Observations)()
  let size = known._valueMap.size
  for (const [observed, value, observedHash] of observations.entries()) {
    let attributes = observed
    let hash = observedHash
    if (processor !== undefined) {
      attributes = processor.process(observed)
      hash = series._hash(attributes)
    }
    if (!known._valueMap.has(hash) && !series._valueMap.has(hash)) {
      if (size >= limit) {
        attributes = overflow
        hash = series._hash(overflow)
      }
      size++
    }
    const before = adds ? (series._valueMap.get(hash) ?? 0) : 0
    series.set(attributes, before + value, hash)
  }
  return series
}

interface Observations extends AttributeMap<number> {
  entries(): Iterable<[Attributes, number, string]>
  set(attributes: Attributes, value: number, hash: string): void
}

interface AsyncStorage {
  readonly _attributesProcessor: { process(attributes: Attributes): Attributes } | undefined
  readonly _deltaMetricStorage: {
    readonly _aggregator: { readonly kind?: unknown }
    readonly _cumulativeMemoStorage: AttributeMap<unknown>
    /** Less one for the overflow. */
    readonly _cardinalityLimit: number
    batchCumulate(observations: Observations, time: object): void
  }
  record(observations: Observations, time: object): void
  collect(collector: unknown, time: object): unknown
}

function isStorage(storage: object): storage is AsyncStorage {
  const {
    _deltaMetricStorage: delta,
    _attributesProcessor: processor,
    record,
    collect,
  } = storage as Partial<AsyncStorage>
  return (
    '_attributesProcessor' in storage &&
    (processor === undefined || typeof processor.process === 'function') &&
    isObject(delta) &&
    isObject(delta._aggregator) &&
    isObject(delta._cumulativeMemoStorage) &&
    delta._cumulativeMemoStorage._valueMap instanceof Map &&
    typeof delta._cardinalityLimit === 'number' &&
    typeof delta.batchCumulate === 'function' &&
    typeof record === 'function' &&
    typeof collect === 'function'
  )
}
