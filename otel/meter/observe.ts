import type { Attributes, Meter, Observable, ObservableResult } from '@opentelemetry/api'
import type { AttributesOf, MetricDefinition } from '../catalog/metric.ts'
import { forgetUnobserved } from '../sdk/unobserved.ts'
import { CombinationMap } from './attribute-values.ts'
import { settingsOf } from './meter-settings.ts'
import { reportsOf } from './reports.ts'

/** An observation that did not succeed; it has been counted. */
export class ObservationError extends Error {
  override readonly name = 'ObservationError'
}

/** One value for a metric without attributes, or one for each series there is now; `undefined` for none. */
export type Observed<Definition extends MetricDefinition> =
  | number
  | undefined
  | readonly Observation<Definition>[]
  | Iterable<Observation<Definition>>

export interface Observation<Definition extends MetricDefinition> {
  readonly value: number
  readonly attributes: AttributesOf<Definition>
}

/**
 * Exports what `read` returns at each collection. A series that it no longer returns is gone from that collection on.
 * A read that throws or takes too long takes only its own metric out, and is counted; while one is
 * under way no second one begins.
 *
 * @returns ends the observation; its series are gone from the next collection on.
 * @throws {Error} when the meter was taken before its provider existed, or the metric is a histogram.
 */
export function observe<const Definition extends MetricDefinition, const Value extends Observed<Definition>>(
  meter: Meter,
  definition: Definition,
  read: () => Value | Promise<Value>,
): () => void {
  const { enabled, observeTimeoutMs } = settingsOf(meter)
  if (!enabled) return () => {}
  const instrument = createObservable(meter, definition)
  const reports = reportsOf(meter)
  const declared = new CombinationMap(definition, (attributes) => attributes, reports.dropped)
  let pending: Promise<Observed<Definition>> | undefined

  const report = (result: ObservableResult, observed: Observed<Definition>) => {
    const series: Attributes[] = []
    const take = (value: number, attributes: Attributes) => {
      if (!Number.isFinite(value)) return reports.dropped('not_finite')
      const own = declared.get(attributes)
      series.push(own)
      result.observe(value, own)
    }
    if (typeof observed === 'number') take(observed, {})
    else if (observed !== undefined) for (const { value, attributes } of observed) take(value, attributes)
    forgetUnobserved(instrument, series)
  }
  const fail = (reason: 'error' | 'timeout', cause: unknown) => {
    forgetUnobserved(instrument, [])
    reports.callbackFailed(definition.name, reason)
    return new ObservationError(`${definition.name} could not be observed: ${reason}`, { cause })
  }
  const finish = async (result: ObservableResult, running: Promise<Observed<Definition>>) => {
    let observed: Observed<Definition> | typeof late
    try {
      observed = await within(running, observeTimeoutMs)
    } catch (error) {
      throw fail('error', error)
    }
    if (observed === late) throw fail('timeout', undefined)
    report(result, observed)
  }
  const callback = (result: ObservableResult) => {
    if (pending !== undefined) return finish(result, pending)
    try {
      const observed = read()
      if (!(observed instanceof Promise)) return report(result, observed)
      pending = observed
    } catch (error) {
      throw fail('error', error)
    }
    const done = () => {
      pending = undefined
    }
    pending.then(done, done)
    return finish(result, pending)
  }

  instrument.addCallback(callback)
  return () => {
    instrument.removeCallback(callback)
    forgetUnobserved(instrument, [])
  }
}

const late = Symbol('late')

async function within<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value | typeof late> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, late)
  })
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer))
}

function createObservable(
  meter: Meter,
  { name, instrument, unit, description }: MetricDefinition,
): Observable {
  switch (instrument) {
    case 'counter':
      return meter.createObservableCounter(name, { unit, description })
    case 'upDownCounter':
      return meter.createObservableUpDownCounter(name, { unit, description })
    case 'gauge':
      return meter.createObservableGauge(name, { unit, description })
    case 'histogram':
      throw new Error(
        `${name} is a histogram: its measurements are recorded one by one, it cannot be observed`,
      )
  }
}
