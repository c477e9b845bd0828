import type { Attributes, Context } from '@opentelemetry/api'
import { lastValueKind, sumKind } from './aggregator-kinds.ts'
import { type Aggregator, ExemplarAggregator, type ExemplarAggregatorOptions } from './exemplar-aggregator.ts'
import type { ExemplarFilter } from './exemplars.ts'
import { measurement, measuring } from './measurement.ts'
import { isObject, onSyncStorage } from './provider-state.ts'

/** A processor of attributes that says which of those that it takes off must not be shown beside an exemplar. */
export interface ConcealingProcessor {
  /** For attributes that are secret, and for those that the series has under another name. */
  readonly conceals: (key: string) => boolean
}

/**
 * Keeps exemplars for all counters, gauges and histograms that are created from now on. To be called before the
 * provider has meters; does nothing for an SDK whose inside is not known.
 *
 * @param owner a provider, or what it hands to its readers.
 */
export function captureExemplars(owner: unknown, filter: ExemplarFilter): void {
  if (filter !== 'always_off') onSyncStorage(owner, (storage) => capture(storage, filter))
}

type Fields = Record<string, unknown>

function capture(storage: Fields, filter: ExemplarAggregatorOptions['filter']): void {
  const {
    _deltaMetricStorage: delta,
    _temporalMetricStorage: temporal,
    _attributesProcessor: processor,
  } = storage
  if (!isObject(delta) || !isObject(temporal)) return
  const { _aggregator: aggregator } = delta
  if (aggregator !== temporal._aggregator || aggregator instanceof ExemplarAggregator) return
  const slot = isAggregator(aggregator) ? slotOf(aggregator) : undefined
  if (slot === undefined) return
  const filteredAttributes = differenceFor(processor)
  const capturing = new ExemplarAggregator(aggregator as Aggregator, { filter, slot, filteredAttributes })
  delta._aggregator = capturing
  temporal._aggregator = capturing
  tellMeasurements(storage, capturing)
  if (processor !== undefined) tellKeptAttributes(delta)
}

/** Where a value goes; `undefined` for streams that are dropped, and for kinds that are not known. */
function slotOf(aggregator: Aggregator & Fields): ExemplarAggregatorOptions['slot'] | undefined {
  const { _boundaries: boundaries } = aggregator
  if (Array.isArray(boundaries)) {
    return (value) => {
      const index = boundaries.findIndex((bound) => value <= bound)
      return index < 0 ? boundaries.length : index
    }
  }
  if (aggregator._maxSize !== undefined) return (value) => Math.ceil(Math.log2(Math.abs(value)))
  return aggregator.kind === sumKind || aggregator.kind === lastValueKind ? () => 0 : undefined
}

/** Compares what was recorded with what a series has of it. */
function differenceFor(processor: unknown): ExemplarAggregatorOptions['filteredAttributes'] {
  const { conceals = () => false } = (processor ?? {}) as Partial<ConcealingProcessor>
  return (recorded, kept) => {
    let filtered: Attributes | undefined
    for (const key of Object.keys(recorded)) {
      const value = recorded[key]
      if (key in kept || value === undefined || conceals(key)) continue
      filtered ??= {}
      filtered[key] = value
    }
    return filtered
  }
}

/** A measurement has attributes, and may name its context; the aggregator is told of neither. */
function tellMeasurements(storage: Fields, { mayKeep }: ExemplarAggregator): void {
  const { record } = storage
  if (typeof record !== 'function') return
  storage.record = (value: number, attributes: Attributes, named: Context | undefined, time: number) => {
    if (named === undefined && !mayKeep()) record.call(storage, value, attributes, named, time)
    else measuring(named, attributes, undefined, () => record.call(storage, value, attributes, named, time))
  }
}

function tellKeptAttributes(delta: Fields): void {
  const { record } = delta
  if (typeof record !== 'function') return
  delta.record = (value: number, attributes: Attributes, time: number) => {
    if (measurement.recorded !== undefined) measurement.kept = attributes
    record.call(delta, value, attributes, time)
  }
}

function isAggregator(aggregator: unknown): aggregator is Aggregator & Fields {
  const methods = ['createAccumulation', 'merge', 'diff', 'toMetricData']
  return isObject(aggregator) && methods.every((method) => typeof aggregator[method] === 'function')
}
