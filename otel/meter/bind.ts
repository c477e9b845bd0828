import type { Attributes, Meter } from '@opentelemetry/api'
import type { AttributesOf, MetricDefinition } from '../catalog/metric.ts'
import { bindSeries, type SyncInstrument } from '../sdk/bound-series.ts'
import { initialising } from '../sdk/measurement.ts'
import { CombinationMap, closedCombinations } from './attribute-values.ts'
import { BoundAdder, BoundRecorder, noAdder, noRecorder } from './handle.ts'
import { settingsOf } from './meter-settings.ts'
import { reportsOf } from './reports.ts'
import { samplerOf } from './sampler.ts'

/** The typed instrument of a definition: `add` for counters, `record` for gauges and histograms. */
export type Instrument<Definition extends MetricDefinition> = Definition['instrument'] extends
  | 'counter'
  | 'upDownCounter'
  ? Adder<Definition>
  : Recorder<Definition>

export interface Adder<Definition extends MetricDefinition> {
  add(value: number, ...attributes: AttributesArgument<Definition>): void
  /** A handle for one attribute set: the fastest way to record. */
  bind(...attributes: AttributesArgument<Definition>): { add(value: number): void }
}

export interface Recorder<Definition extends MetricDefinition> {
  record(value: number, ...attributes: AttributesArgument<Definition>): void
  /** A handle for one attribute set: the fastest way to record. */
  bind(...attributes: AttributesArgument<Definition>): { record(value: number): void }
}

/** Left out where the metric has no attributes. */
export type AttributesArgument<Definition extends MetricDefinition> =
  keyof AttributesOf<Definition> extends never ? [] : [attributes: AttributesOf<Definition>]

/**
 * Makes the instrument of a definition. What is not declared is never exported as a new series: an undeclared value
 * becomes `_OTHER`, an undeclared attribute is left off, a number that is not finite is dropped; each is counted.
 *
 * @throws {Error} when the meter was taken before its provider existed.
 */
export function bind<const Definition extends MetricDefinition>(
  meter: Meter,
  definition: Definition,
): Instrument<Definition> {
  return makeInstrument(meter, definition, true)
}

/** Like `bind`, but takes every measurement of a `sampled` metric: for those who sample before they measure. */
export function bindUnsampled<const Definition extends MetricDefinition>(
  meter: Meter,
  definition: Definition,
): Instrument<Definition> {
  return makeInstrument(meter, definition, false)
}

function makeInstrument<Definition extends MetricDefinition>(
  meter: Meter,
  definition: Definition,
  sampling: boolean,
): Instrument<Definition> {
  const { enabled, zeroInit, exemplarsInSpansOnly } = settingsOf(meter)
  const adds = definition.instrument === 'counter' || definition.instrument === 'upDownCounter'
  if (!enabled) return (adds ? noAdder : noRecorder) as unknown as Instrument<Definition>

  const instrument = createInstrument(meter, definition)
  const reports = reportsOf(meter)
  const sampler = sampling ? samplerOf(meter, definition) : undefined
  const signed = definition.instrument === 'upDownCounter' || definition.instrument === 'gauge'
  const options = {
    sampler,
    lowest: signed ? -Number.MAX_VALUE : 0,
    // The SDK drops it and says so.
    onLow: (value: number) => ('add' in instrument ? instrument.add(value) : instrument.record(value)),
    onNotFinite: () => reports.dropped('not_finite'),
  }
  const create = (attributes: Attributes) => {
    const series = bindSeries(instrument, attributes, { exemplarsInSpansOnly })
    return adds ? new BoundAdder(series, options) : new BoundRecorder(series, options)
  }
  const made =
    Object.keys(definition.attributes ?? {}).length === 0
      ? create({})
      : new Combinations(new CombinationMap(definition, create, reports.dropped))
  if (adds && zeroInit) initialise(made as ZeroAdder, definition)
  return made as unknown as Instrument<Definition>
}

/** Counters of at most this many series, all known beforehand, export 0 from the start. */
const mostZeroes = 64

interface ZeroAdder {
  add(value: number, attributes: Attributes): void
}

function initialise(adder: ZeroAdder, definition: MetricDefinition): void {
  const combinations = closedCombinations(definition) ?? []
  if (combinations.length > mostZeroes) return
  initialising(() => {
    for (const attributes of combinations) adder.add(0, attributes)
  })
}

function createInstrument(meter: Meter, definition: MetricDefinition): SyncInstrument {
  const { name, instrument, unit, description, buckets } = definition
  switch (instrument) {
    case 'counter':
      return meter.createCounter(name, { unit, description })
    case 'upDownCounter':
      return meter.createUpDownCounter(name, { unit, description })
    case 'gauge':
      return meter.createGauge(name, { unit, description })
    case 'histogram':
      return meter.createHistogram(name, {
        unit,
        description,
        ...(buckets && { advice: { explicitBucketBoundaries: [...buckets] } }),
      })
  }
}

/** An instrument with attributes: finds the handle of each combination of values, and uses it. */
class Combinations {
  readonly #handles: CombinationMap<BoundAdder | BoundRecorder>

  constructor(handles: CombinationMap<BoundAdder | BoundRecorder>) {
    this.#handles = handles
  }

  add(value: number, attributes: Attributes): void {
    ;(this.#handles.get(attributes) as BoundAdder).add(value)
  }

  record(value: number, attributes: Attributes): void {
    ;(this.#handles.get(attributes) as BoundRecorder).record(value)
  }

  bind(attributes: Attributes): BoundAdder | BoundRecorder {
    return this.#handles.get(attributes)
  }
}
