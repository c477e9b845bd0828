import type { Attributes, Observable } from '@opentelemetry/api'
import { type AsyncStorage, type AttributeMap, readAsyncStorages } from './storages.ts'

/** A processor that says which series attributes belong to without counting a measurement of it. */
export interface AdmittingProcessor {
  readonly admit: (attributes: Attributes) => Attributes
}

/**
 * Removes the series of an observable instrument that are not among `observed`. The SDK would go on exporting their
 * last value for ever; where its inside is not known, it does.
 */
export function forgetUnobserved(instrument: Observable, observed: readonly Attributes[]): void {
  for (const storage of readAsyncStorages(instrument) ?? []) forget(storage, observed)
}

function forget(storage: AsyncStorage, observed: readonly Attributes[]): void {
  const { _deltaMetricStorage: delta, _temporalMetricStorage: temporal } = storage
  const memo = delta._cumulativeMemoStorage
  const processor = storage._attributesProcessor
  // Nothing can be missing when all that was ever seen is seen again: the common case, and the cheap one.
  const seriesOf = admitting(processor) ?? ((attributes) => processor?.process(attributes) ?? attributes)
  const keep = new Set(observed.map((attributes) => memo._hash(seriesOf(attributes))))
  if (memo._valueMap.keys().every((hash) => keep.has(hash))) return
  // A series beyond the SDK's own limit is kept under the overflow's hash.
  if (keep.size > memo._valueMap.size) keep.add(delta._overflowHashCode)

  const maps: AttributeMap<unknown>[] = [memo, delta._activeCollectionStorage]
  for (const { accumulations } of temporal._reportHistory.values()) maps.push(accumulations)
  for (const unreported of temporal._unreportedAccumulations.values()) maps.push(...unreported)
  for (const map of maps) {
    for (const hash of map._valueMap.keys()) {
      if (keep.has(hash)) continue
      map._valueMap.delete(hash)
      map._keyMap.delete(hash)
    }
  }
}

function admitting(processor: object | undefined): AdmittingProcessor['admit'] | undefined {
  const { admit } = (processor ?? {}) as Partial<AdmittingProcessor>
  return admit
}
