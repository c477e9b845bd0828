import {
  type AggregationOption,
  AggregationType,
  type IAttributesProcessor,
  InstrumentType,
  type MeterProvider,
} from '@opentelemetry/sdk-metrics'
import { consequences } from '../../sdk/abilities.ts'
import type { ConcealingProcessor } from '../../sdk/capture.ts'
import type { AdmittingProcessor } from '../../sdk/unobserved.ts'
import { unknownSdk } from '../../sdk/version.ts'
import { chooseViews, keepsLastValue, type View, type ViewedInstrument } from '../../sdk/view-registry.ts'
import { UsageError } from '../../usage-error.ts'
import { matchesWildcard } from '../../wildcard.ts'
import { limitSeries, type MetLimit } from './cardinality.ts'
import type { StreamView } from './views.ts'

export interface ResolutionOptions {
  readonly catalogViews: readonly StreamView[]
  /** One that selects an instrument takes the place of the catalog's. */
  readonly userViews: readonly StreamView[]
  /** Most series of an instrument whose view does not say, by its type such as `COUNTER`. */
  readonly seriesLimit: (instrumentType: string) => number
  /** What histograms become where no user's view says; `perReader` where the readers want different things. */
  readonly histograms: AggregationOption | 'perReader'
  /** Attributes that are left off every metric, by their public names. */
  readonly sensitive: readonly string[]
  /** Called for each measurement that goes to an overflow series. */
  readonly onOverflow: (overflow: Overflow) => void
}

/** A measurement that went to the overflow series of its metric. */
export interface Overflow extends MetLimit {
  /** Name of the stream. */
  readonly metric: string
  /** Name of the instrument, by which a view selects it. */
  readonly instrument: string
  /** What the overflow series has of all that goes there: the sum, or the last value of a gauge. */
  readonly keeps: 'sum' | 'last'
}

/** The views of instruments that no other selects; the second lends its aggregation to all histograms. */
export function restViews({ histograms }: ResolutionOptions): readonly [StreamView, StreamView] {
  const aggregation = histograms === 'perReader' ? { type: AggregationType.DEFAULT as const } : histograms
  return [{ options: { instrumentName: '*' } }, { options: { instrumentName: '*', aggregation } }]
}

/**
 * Takes over from the SDK which views an instrument gets. The SDK adds up all that select it and shares a view's
 * processor among instruments; here a user's view wins over the catalog's, and each instrument has limits of its own.
 *
 * @param streams the provider's views: the user's, the catalog's, the rest.
 * @throws {UsageError} for an SDK that keeps its views elsewhere.
 */
export function resolveViews(
  provider: MeterProvider,
  streams: readonly StreamView[],
  options: ResolutionOptions,
): void {
  const users = options.userViews.length
  const rest = users + options.catalogViews.length

  const takesEffect = chooseViews(provider, (instrument, views, selecting) => {
    const found = selecting.filter((index) =>
      matchesWildcard(streams[index]?.instrumentName ?? '*', instrument.name),
    )
    const byUser = found.filter((index) => index < users)
    const byCatalog = found.filter((index) => index >= users && index < rest)
    const chosen = byUser.length > 0 ? byUser : byCatalog.length > 0 ? byCatalog : [rest]
    const isHistogram = instrument.type === InstrumentType.HISTOGRAM
    // Without a view the SDK keeps a storage for each reader, aggregated as that reader wants.
    if (isHistogram && options.histograms === 'perReader' && chosen.every(isLeftToReaders)) return []
    return chosen.map((index) => {
      const view = limited(views[index] as View, streams[index] as StreamView, instrument)
      return isHistogram && lendsAggregation(index)
        ? { ...view, aggregation: views[rest + 1]?.aggregation }
        : view
    })
  })
  if (!takesEffect) throw new UsageError(unknownSdk(`${consequences.views}; install one that is`))

  function limited(view: View, stream: StreamView, instrument: ViewedInstrument): View {
    const { name, type } = instrument
    const { limits, mostSeries, renamed } = stream
    const { sensitive } = options
    const limit = limits?.series ?? options.seriesLimit(type)
    const isBounded = mostSeries !== undefined && mostSeries < limit
    const isPlain = limits === undefined && renamed === undefined && sensitive.length === 0
    if (isBounded && isPlain) return view
    const series = isBounded ? undefined : limit
    const keeps = keepsLastValue(view, instrument) ? 'last' : 'sum'
    const about = { metric: view.name ?? name, instrument: name, keeps } as const
    const limiter = limitSeries({ series, values: limits?.values }, (met) =>
      options.onOverflow({ ...about, ...met }),
    )
    const first = withoutSensitive(view.attributesProcessor, sensitive)
    const processor: IAttributesProcessor & ConcealingProcessor & AdmittingProcessor = {
      process: (attributes) => limiter.process(first.process(attributes)),
      admit: (attributes) => limiter.admit(first.process(attributes)),
      conceals: (key) => renamed?.has(key) === true || sensitive.includes(key),
    }
    return {
      ...view,
      attributesProcessor: processor,
      // One more than ours, so that the limit of the SDK never comes first.
      aggregationCardinalityLimit: limit + 1,
    }
  }

  /** Metrics that need no view: their buckets are the instrument's advice, their attributes are bounded. */
  function isLeftToReaders(index: number): boolean {
    const { limits, options: view } = streams[index] as StreamView
    if (options.sensitive.length > 0) return false
    return index >= users && view.name === undefined && (index >= rest || limits === undefined)
  }

  function lendsAggregation(index: number): boolean {
    if (options.histograms === 'perReader' || options.histograms.type === AggregationType.DEFAULT)
      return false
    const own = streams[index]?.options.aggregation
    return index >= users || own === undefined || own.type === AggregationType.DEFAULT
  }
}

function withoutSensitive(first: IAttributesProcessor, sensitive: readonly string[]): IAttributesProcessor {
  if (sensitive.length === 0) return first
  return {
    process: (incoming) => {
      const kept = { ...first.process(incoming) }
      for (const key of sensitive) delete kept[key]
      return kept
    },
  }
}
