import { type Attributes, ValueType } from '@opentelemetry/api'

// The parts of sdk-metrics 3.x that have no public surface. Everything is checked before it is used.

export interface Accumulation {
  record(value: number): void
}

export interface AttributeMap<Value> {
  readonly _valueMap: Map<string, Value>
  readonly _keyMap: Map<string, Attributes>
  _hash(attributes: Attributes): string
}

export interface DeltaProcessor {
  /** Replaced by an empty map at each collection. */
  readonly _activeCollectionStorage: AttributeMap<Accumulation | undefined>
  /** What observable instruments reported last. */
  readonly _cumulativeMemoStorage: AttributeMap<unknown>
  readonly _overflowHashCode: string
  /** Replaced when exemplars are captured. */
  readonly _aggregator?: unknown
  record(value: number, attributes: Attributes, timeMs: number): void
}

interface AttributesProcessor {
  process(attributes: Attributes, context?: unknown): Attributes
}

export interface SyncStorage {
  readonly _deltaMetricStorage: DeltaProcessor
  readonly _attributesProcessor: AttributesProcessor | undefined
}

export interface AsyncStorage extends SyncStorage {
  readonly _temporalMetricStorage: {
    /** What each reader was told last, and what it has not been told yet. */
    readonly _reportHistory: Map<unknown, { accumulations: AttributeMap<unknown> }>
    readonly _unreportedAccumulations: Map<unknown, AttributeMap<unknown>[]>
  }
}

/** The storages of a synchronous instrument; undefined where its inside is not as expected. */
export function readStorages(instrument: object): readonly SyncStorage[] | undefined {
  const { _writableMetricStorage: storage, _descriptor: descriptor } = instrument as Fields
  if (!isObject(storage) || !isObject(descriptor)) return undefined
  // Integer instruments truncate and warn, which only the plain call does.
  if (descriptor.valueType !== ValueType.DOUBLE) return undefined
  const storages: unknown[] = Array.isArray(storage._backingStorages) ? storage._backingStorages : [storage]
  return storages.every(isSyncStorage) ? storages : undefined
}

/** The storages of an observable instrument; undefined where its inside is not as expected. */
export function readAsyncStorages(instrument: object): readonly AsyncStorage[] | undefined {
  const { _metricStorages: storages } = instrument as Fields
  return Array.isArray(storages) && storages.every(isAsyncStorage) ? storages : undefined
}

function isSyncStorage(storage: unknown): storage is SyncStorage {
  if (!isObject(storage) || !('_attributesProcessor' in storage)) return false
  const delta = storage._deltaMetricStorage
  return (
    isObject(delta) &&
    typeof delta.record === 'function' &&
    typeof delta._overflowHashCode === 'string' &&
    isAttributeMap(delta._activeCollectionStorage) &&
    isContextFree(storage._attributesProcessor)
  )
}

function isAsyncStorage(storage: unknown): storage is AsyncStorage {
  if (!isObject(storage) || !('_attributesProcessor' in storage)) return false
  const { _deltaMetricStorage: delta, _temporalMetricStorage: temporal } = storage
  return (
    isObject(delta) &&
    isAttributeMap(delta._cumulativeMemoStorage) &&
    isAttributeMap(delta._activeCollectionStorage) &&
    isObject(temporal) &&
    temporal._reportHistory instanceof Map &&
    temporal._unreportedAccumulations instanceof Map
  )
}

/** A processor that looks at the context cannot be asked once for all measurements. */
function isContextFree(processor: unknown): boolean {
  if (processor === undefined) return true
  if (!isObject(processor)) return false
  if (Array.isArray(processor._processors)) return processor._processors.every(isContextFree)
  if (typeof processor.process !== 'function') return false
  return contextFree.has(processor.constructor.name) || processor.process.length < 2
}

/** The SDK's own processors name the context and do not read it. */
const contextFree = new Set(['NoopAttributesProcessor', 'AllowListProcessor', 'DenyListProcessor'])

function isAttributeMap(map: unknown): boolean {
  return (
    isObject(map) &&
    map._valueMap instanceof Map &&
    map._keyMap instanceof Map &&
    typeof map._hash === 'function'
  )
}

type Fields = Record<string, unknown>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
