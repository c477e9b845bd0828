import {
  type Attributes,
  type Context,
  context,
  type HrTime,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api'
import type { MetricData } from '@opentelemetry/sdk-metrics'
import type { Exemplar, ExemplarFilter } from './exemplars.ts'
import { measurement } from './measurement.ts'
import { canBeInSpan, noticeContexts, sampledSpan } from './spans.ts'

/** What an aggregator of the SDK makes and merges; the SDK does not export its type. */
export interface Accumulation {
  record(value: number): void
  toPointValue(): unknown
  exemplars?: Map<number, Exemplar>
}

/** The part of the SDK's aggregators that is needed; the SDK does not export its type. */
export interface Aggregator {
  readonly kind?: unknown
  createAccumulation(startTime: HrTime): Accumulation | undefined
  merge(previous: Accumulation, delta: Accumulation): Accumulation
  diff(previous: Accumulation, current: Accumulation): Accumulation
  toMetricData(
    descriptor: unknown,
    temporality: unknown,
    accumulations: Entries,
    endTime: unknown,
  ): MetricData | undefined
}

/** All that is asked of the accumulations of a stream; arrays of pairs fit. */
interface Entries {
  map<Result>(callback: (entry: [unknown, Accumulation], index: number) => Result): Result[]
}

export interface ExemplarAggregatorOptions {
  readonly filter: Exclude<ExemplarFilter, 'always_off'>
  /** Places a value among the exemplars of its series. */
  readonly slot: (value: number) => number
  /** The attributes that a view has taken off a measurement; `undefined` where there are none. */
  readonly filteredAttributes: (recorded: Attributes, kept: Attributes) => Attributes | undefined
}

/**
 * Puts an aggregator of the SDK in a shell that keeps exemplars, which the SDK itself does not: they ride on its
 * accumulations, so that views, cardinality limits, readers and bound handles apply to them as to the values.
 * As long as no sampled span has been active in the process, a measurement pays a comparison for it; from then on
 * it pays the look at the active context.
 */
export class ExemplarAggregator implements Aggregator {
  readonly kind: unknown
  /** Adds one sum to another in place, with its exemplars. */
  readonly add: (previous: Accumulation, delta: Accumulation) => void
  /** Tells whether a measurement that is taken now can become an exemplar, without a look at the active context. */
  readonly mayKeep: () => boolean
  readonly filteredAttributes: ExemplarAggregatorOptions['filteredAttributes']
  readonly #inner: Aggregator
  /** Of the accumulations: what the SDK makes of them, with a `record` that keeps exemplars. */
  readonly #prototype: object
  #startTime: HrTime = [0, 0]
  #captured = false

  constructor(inner: Aggregator, { filter, slot, filteredAttributes }: ExemplarAggregatorOptions) {
    noticeContexts()
    this.#inner = inner
    this.kind = inner.kind
    this.filteredAttributes = filteredAttributes
    const sdks = Object.getPrototypeOf(inner.createAccumulation([0, 0])) as Accumulation
    const { record } = sdks
    const always = filter === 'always_on'
    this.mayKeep = always ? () => true : canBeInSpan
    const offer = (accumulation: Accumulation, value: number, active: Context) => {
      const span = measurement.isInitial ? undefined : spanOf(active, filter)
      if (span === undefined) return
      this.#captured = true
      accumulation.exemplars ??= new Map()
      const { recorded, kept } = measurement
      const filtered = recorded && kept && filteredAttributes(recorded, kept)
      const exemplar = { value, timeMs: Date.now(), ...span, filteredAttributes: filtered }
      keep(accumulation.exemplars, slot(value), exemplar)
    }
    const recordWithExemplar = function (this: Accumulation, value: number): void {
      const named = measurement.context
      if (always || named !== undefined || canBeInSpan()) {
        const active = named ?? context.active()
        if (always || active !== ROOT_CONTEXT) offer(this, value, active)
      }
      record.call(this, value)
    }
    this.add = (previous, delta) => {
      record.call(previous, delta.toPointValue() as number)
      if (delta.exemplars === undefined) return
      // The last data point that was exported refers to those before.
      previous.exemplars = new Map(previous.exemplars)
      for (const [place, exemplar] of delta.exemplars) keep(previous.exemplars, place, exemplar)
    }
    // An own `record` for each accumulation would take more memory.
    this.#prototype = Object.create(sdks, { record: { value: recordWithExemplar } })
  }

  createAccumulation(startTime: HrTime): Accumulation | undefined {
    const [seconds, nanos] = this.#startTime
    // Series that begin in the same millisecond share the time: an array for each would be a seventh of its memory.
    if (startTime[0] !== seconds || startTime[1] !== nanos) this.#startTime = startTime
    const accumulation = this.#inner.createAccumulation(this.#startTime)
    return accumulation && Object.setPrototypeOf(accumulation, this.#prototype)
  }

  merge(previous: Accumulation, delta: Accumulation): Accumulation {
    const merged = this.#inner.merge(previous, delta)
    if (!this.#captured) return merged
    const exemplars = new Map(previous.exemplars)
    for (const [slot, exemplar] of delta.exemplars ?? []) keep(exemplars, slot, exemplar)
    if (exemplars.size > 0) merged.exemplars = exemplars
    return merged
  }

  diff(previous: Accumulation, current: Accumulation): Accumulation {
    return this.#inner.diff(previous, current)
  }

  toMetricData(...[descriptor, temporality, accumulations, endTime]: Parameters<Aggregator['toMetricData']>) {
    noticeContexts()
    const metric = this.#inner.toMetricData(descriptor, temporality, accumulations, endTime)
    if (metric === undefined || !this.#captured) return metric
    const exemplars = accumulations.map(([, accumulation]) => accumulation.exemplars)
    for (const [i, some] of exemplars.entries()) {
      if (some) Object.assign(metric.dataPoints[i] as object, { exemplars: some })
    }
    return metric
  }
}

/** Exemplars of one series; explicit histograms have fewer buckets than this as a rule. */
const mostExemplars = 64

/** Keeps the latest of each slot, and the latest slots. */
function keep(exemplars: Map<number, Exemplar>, slot: number, exemplar: Exemplar): void {
  exemplars.delete(slot)
  exemplars.set(slot, exemplar)
  if (exemplars.size > mostExemplars) exemplars.delete(exemplars.keys().next().value as number)
}

/** The span of a measurement that becomes an exemplar; without ids where there is none; `undefined` for no exemplar. */
function spanOf(active: Context, filter: ExemplarFilter): Pick<Exemplar, 'traceId' | 'spanId'> | undefined {
  const sampled = sampledSpan(active)
  if (sampled === undefined && filter !== 'always_on') return undefined
  const span = sampled ?? trace.getSpanContext(active)
  return span !== undefined && isSpanContextValid(span)
    ? { traceId: span.traceId, spanId: span.spanId }
    : { traceId: undefined, spanId: undefined }
}
