import {
  type Context,
  context,
  type HrTime,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api'
import type { DataPoint, MetricData } from '@opentelemetry/sdk-metrics'
import { canBeInSpan, noticeContexts, sampledSpan } from './spans.ts'

/** Which measurements may become exemplars; the words are those of `OTEL_METRICS_EXEMPLAR_FILTER`. */
export const exemplarFilters = ['trace_based', 'always_on', 'always_off'] as const

export type ExemplarFilter = (typeof exemplarFilters)[number]

/** One measurement that stands for others, and the trace in which it was taken. */
export interface Exemplar {
  readonly value: number
  readonly timeMs: number
  /** `undefined` where no span was active, which only `always_on` lets through. */
  readonly traceId: string | undefined
  readonly spanId: string | undefined
}

/**
 * The exemplars of a series. A counter has one at most, under `0`; a histogram one for each bucket, under the
 * index of the bucket; an exponential histogram a few, under the power of two above the value.
 */
export type Exemplars = ReadonlyMap<number, Exemplar>

/** Reads the exemplars of a data point, which the capturing aggregator attached. */
export function exemplarsOf(point: DataPoint<unknown>): Exemplars | undefined {
  return (point as { exemplars?: Exemplars }).exemplars
}

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

/** Places a value among the exemplars of its series. */
export type ExemplarSlot = (value: number) => number

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
  readonly #inner: Aggregator
  /** Of the accumulations: what the SDK makes of them, with a `record` that keeps exemplars. */
  readonly #prototype: object
  #startTime: HrTime = [0, 0]
  #captured = false

  constructor(inner: Aggregator, filter: Exclude<ExemplarFilter, 'always_off'>, slot: ExemplarSlot) {
    noticeContexts()
    this.#inner = inner
    this.kind = inner.kind
    const sdks = Object.getPrototypeOf(inner.createAccumulation([0, 0])) as Accumulation
    const { record } = sdks
    const always = filter === 'always_on'
    const offer = (accumulation: Accumulation, value: number, active: Context) => {
      const exemplar = exemplarOf(value, active, filter)
      if (exemplar === undefined) return
      this.#captured = true
      accumulation.exemplars ??= new Map()
      keep(accumulation.exemplars, slot(value), exemplar)
    }
    const recordWithExemplar = function (this: Accumulation, value: number): void {
      if (always || given !== undefined || canBeInSpan()) {
        const active = given ?? context.active()
        if (always || active !== ROOT_CONTEXT) offer(this, value, active)
      }
      record.call(this, value)
    }
    this.add = (previous, delta) => {
      record.call(previous, delta.toPointValue() as number)
      if (delta.exemplars === undefined) return
      previous.exemplars ??= new Map()
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

/** The context that the measurement under way names itself, if it names one. */
let given: Context | undefined

/** Records in a context that a measurement names, whether or not there is a context manager. */
export function recordIn(active: Context, record: () => void): void {
  given = active
  try {
    record()
  } finally {
    given = undefined
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

function exemplarOf(value: number, active: Context, filter: ExemplarFilter): Exemplar | undefined {
  const sampled = sampledSpan(active)
  if (sampled === undefined && filter !== 'always_on') return undefined
  const span = sampled ?? trace.getSpanContext(active)
  const { traceId, spanId } = span !== undefined && isSpanContextValid(span) ? span : {}
  return { value, timeMs: Date.now(), traceId, spanId }
}
