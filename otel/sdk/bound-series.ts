import type { Attributes, Counter, Gauge, Histogram, UpDownCounter } from '@opentelemetry/api'
import { ExemplarAggregator } from './exemplar-aggregator.ts'
import { isCell, quickened } from './histogram-cell.ts'
import { measuring } from './measurement.ts'
import { type Accumulation, type DeltaProcessor, readStorages, type SyncStorage } from './storages.ts'

export type SyncInstrument = Counter | UpDownCounter | Gauge | Histogram

/** Takes finite values that the instrument allows, for one attribute set. */
export interface BoundSeries {
  record(value: number): void
}

export interface BindOptions {
  /** Nobody keeps exemplars of measurements outside of a span, which makes histograms faster there. @default false */
  readonly exemplarsInSpansOnly?: boolean
}

/**
 * Binds a synchronous instrument to an attribute set, as the OpenTelemetry specification's Bind does:
 * attributes are processed and hashed once, and what is exported equals unbound recording.
 * An instrument whose inside is not known is called as usual, at its usual price.
 */
export function bindSeries(
  instrument: SyncInstrument,
  attributes: Attributes,
  { exemplarsInSpansOnly = false }: BindOptions = {},
): BoundSeries {
  const own = Object.isFrozen(attributes) ? attributes : Object.freeze({ ...attributes })
  const storages = readStorages(instrument)
  if (storages === undefined) return new PlainSeries(instrument, own)
  const streams = storages.map((storage) => new StreamSeries(storage, own, exemplarsInSpansOnly))
  const [only] = streams
  return only !== undefined && streams.length === 1 ? only : new SplitSeries(streams)
}

/** Tells whether recording skips the attribute lookup; false for an SDK whose inside is not known. */
export function isFast(series: BoundSeries): boolean {
  return !(series instanceof PlainSeries)
}

/** Tells whether recording into a histogram takes half of the SDK's time; it does from the first measurement on. */
export function isQuickened(series: BoundSeries): boolean {
  return series instanceof StreamSeries && series.isQuickened
}

/** One metric stream. The accumulation is kept until the SDK begins a new collection interval. */
class StreamSeries implements BoundSeries {
  readonly #storage: SyncStorage
  readonly #delta: DeltaProcessor
  readonly #interval: Interval
  readonly #attributes: Attributes
  readonly #exemplarsInSpansOnly: boolean
  #accumulation: Accumulation | undefined
  #epoch = -1

  constructor(storage: SyncStorage, attributes: Attributes, exemplarsInSpansOnly: boolean) {
    this.#storage = storage
    this.#delta = storage._deltaMetricStorage
    this.#interval = intervalOf(this.#delta)
    this.#attributes = attributes
    this.#exemplarsInSpansOnly = exemplarsInSpansOnly
  }

  get isQuickened(): boolean {
    return isCell(this.#accumulation)
  }

  record(value: number): void {
    const interval = this.#interval
    if (this.#epoch === interval.epoch && this.#delta._activeCollectionStorage === interval.map) {
      this.#accumulation?.record(value)
    } else this.#resolve(value)
  }

  /** Records by the SDK's own path, which creates the accumulation or chooses the overflow series, and keeps what it chose. */
  #resolve(value: number): void {
    const delta = this.#delta
    const own = this.#attributes
    const processed = this.#storage._attributesProcessor?.process(own) ?? own
    const record = () => delta.record(value, processed, Date.now())
    const capturing = delta._aggregator instanceof ExemplarAggregator ? delta._aggregator : undefined
    if (capturing?.mayKeep()) measuring(undefined, own, processed, record)
    else record()
    // Measurements that a view sends to overflow are counted there one by one.
    if (processed['otel.metric.overflow'] === true) return
    const map = delta._activeCollectionStorage
    if (this.#interval.map !== map) {
      this.#interval.map = map
      this.#interval.epoch++
    }
    // Not kept, because it would cost more memory than all the rest.
    const ownHash = map._hash(processed)
    // Absent under its own hash means over the limit; the map only grows, so that holds for this interval.
    const values = map._valueMap
    const hash = values.has(ownHash) ? ownHash : delta._overflowHashCode
    const accumulation = quickened(values.get(hash), this.#exemplarsInSpansOnly)
    const isFiltered = capturing?.filteredAttributes(own, processed) !== undefined
    this.#accumulation =
      accumulation && capturing && isFiltered
        ? new FilteredCell(accumulation, capturing, own, processed)
        : accumulation
    this.#epoch = this.#interval.epoch
  }
}

/** Tells the aggregator of the attributes that a view has taken off, where it may keep an exemplar. */
class FilteredCell implements Accumulation {
  readonly #accumulation: Accumulation
  readonly #aggregator: ExemplarAggregator
  readonly #recorded: Attributes
  readonly #kept: Attributes

  constructor(
    accumulation: Accumulation,
    aggregator: ExemplarAggregator,
    recorded: Attributes,
    kept: Attributes,
  ) {
    this.#accumulation = accumulation
    this.#aggregator = aggregator
    this.#recorded = recorded
    this.#kept = kept
  }

  record(value: number): void {
    if (!this.#aggregator.mayKeep()) this.#accumulation.record(value)
    else measuring(undefined, this.#recorded, this.#kept, () => this.#accumulation.record(value))
  }
}

/** Several views, or readers with storages of their own. */
class SplitSeries implements BoundSeries {
  readonly #streams: readonly StreamSeries[]

  constructor(streams: readonly StreamSeries[]) {
    this.#streams = streams
  }

  record(value: number): void {
    const streams = this.#streams
    for (let i = 0; i < streams.length; i++) streams[i]?.record(value)
  }
}

class PlainSeries implements BoundSeries {
  readonly #instrument: SyncInstrument
  readonly #attributes: Attributes

  constructor(instrument: SyncInstrument, attributes: Attributes) {
    this.#instrument = instrument
    this.#attributes = attributes
  }

  record(value: number): void {
    if ('add' in this.#instrument) this.#instrument.add(value, this.#attributes)
    else this.#instrument.record(value, this.#attributes)
  }
}

/** The collection interval of one metric stream; shared by its series, so that they keep no old map alive. */
interface Interval {
  map: DeltaProcessor['_activeCollectionStorage'] | undefined
  epoch: number
}

const intervals = new WeakMap<DeltaProcessor, Interval>()

function intervalOf(delta: DeltaProcessor): Interval {
  let interval = intervals.get(delta)
  if (interval === undefined) {
    interval = { map: undefined, epoch: 0 }
    intervals.set(delta, interval)
  }
  return interval
}
