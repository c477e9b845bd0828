import type { Context } from '@opentelemetry/api'
import {
  type Aggregator,
  ExemplarAggregator,
  type ExemplarFilter,
  type ExemplarSlot,
  recordIn,
} from './exemplars.ts'
import { isObject, onSyncStorage } from './sync-storages.ts'

/**
 * Keeps exemplars for all counters and histograms that are created from now on. To be called before the
 * provider has meters; does nothing for an SDK whose inside is not known.
 */
export function captureExemplars(producer: unknown, filter: ExemplarFilter): void {
  if (filter !== 'always_off') onSyncStorage(producer, (storage) => capture(storage, filter))
}

type Fields = Record<string, unknown>

function capture(storage: Fields, filter: Exclude<ExemplarFilter, 'always_off'>): void {
  const {
    _deltaMetricStorage: delta,
    _temporalMetricStorage: temporal,
    _instrumentDescriptor: about,
  } = storage
  if (!isObject(delta) || !isObject(temporal) || !isObject(about)) return
  const { _aggregator: aggregator } = delta
  if (aggregator !== temporal._aggregator || aggregator instanceof ExemplarAggregator) return
  const slot = isAggregator(aggregator) ? slotOf(aggregator, about) : undefined
  if (slot === undefined) return
  const capturing = new ExemplarAggregator(aggregator as Aggregator, filter, slot)
  delta._aggregator = capturing
  temporal._aggregator = capturing
  honourExplicitContext(storage)
}

/** Where a value goes; `undefined` for streams that Prometheus takes no exemplars of. */
function slotOf(aggregator: Aggregator & Fields, { type }: Fields): ExemplarSlot | undefined {
  const { _boundaries: boundaries } = aggregator
  if (Array.isArray(boundaries)) {
    return (value) => {
      const index = boundaries.findIndex((bound) => value <= bound)
      return index < 0 ? boundaries.length : index
    }
  }
  if ('_maxSize' in aggregator) return (value) => Math.ceil(Math.log2(Math.abs(value)))
  return type === 'COUNTER' && aggregator.monotonic === true ? () => 0 : undefined
}

/** A measurement may name its context; the aggregator asks for the active one. */
function honourExplicitContext(storage: Fields): void {
  const { record } = storage
  if (typeof record !== 'function') return
  storage.record = (value: number, attributes: unknown, given: Context | undefined, time: number) => {
    if (given === undefined) record.call(storage, value, attributes, given, time)
    else recordIn(given, () => record.call(storage, value, attributes, given, time))
  }
}

function isAggregator(aggregator: unknown): aggregator is Aggregator & Fields {
  const methods = ['createAccumulation', 'merge', 'diff', 'toMetricData']
  return isObject(aggregator) && methods.every((method) => typeof aggregator[method] === 'function')
}
