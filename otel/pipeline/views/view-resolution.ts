import {
  type AggregationOption,
  AggregationType,
  type IAttributesProcessor,
  InstrumentType,
  type MeterProvider,
} from '@opentelemetry/sdk-metrics'
import { limitSeries } from './cardinality.ts'
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
  /** Called for each measurement that goes to an overflow series, with the attribute that has too many values. */
  readonly onOverflow: (metric: string, attribute: string | undefined) => void
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
 * @throws {Error} for an SDK that keeps its views elsewhere.
 */
export function resolveViews(
  provider: MeterProvider,
  streams: readonly StreamView[],
  options: ResolutionOptions,
): void {
  const registry = (provider as unknown as Internals)._sharedState?.viewRegistry
  const views = registry?._registeredViews
  if (registry === undefined || views?.length !== streams.length) {
    throw new Error('This version of @opentelemetry/sdk-metrics keeps its views elsewhere: install 3.1.0')
  }
  const users = options.userViews.length
  const rest = users + options.catalogViews.length
  const find = registry.findViews.bind(registry)

  registry.findViews = (instrument, scope) => {
    const found = find(instrument, scope)
      .map((view) => views.indexOf(view))
      .filter((index) => streams[index]?.instrumentName?.test(instrument.name) ?? true)
    const byUser = found.filter((index) => index < users)
    const byCatalog = found.filter((index) => index >= users && index < rest)
    const chosen = byUser.length > 0 ? byUser : byCatalog.length > 0 ? byCatalog : [rest]
    const isHistogram = instrument.type === InstrumentType.HISTOGRAM
    // Without a view the SDK keeps a storage for each reader, aggregated as that reader wants.
    if (isHistogram && options.histograms === 'perReader' && chosen.every(isLeftToReaders)) return []
    return chosen.map((index) => {
      const view = limited(index, instrument)
      return isHistogram && lendsAggregation(index)
        ? { ...view, aggregation: views[rest + 1]?.aggregation }
        : view
    })
  }

  function limited(index: number, { name, type }: Instrument): View {
    const [view, { limits, mostSeries }] = [views?.[index] as View, streams[index] as StreamView]
    const limit = limits?.series ?? options.seriesLimit(type)
    const isBounded = mostSeries !== undefined && mostSeries < limit
    if (isBounded && limits === undefined && options.sensitive.length === 0) return view
    const series = isBounded ? undefined : limit
    const onOverflow = (attribute: string | undefined) => options.onOverflow(view.name ?? name, attribute)
    const limiter = limitSeries({ series, values: limits?.values }, onOverflow)
    const first = withoutSensitive(view.attributesProcessor, options.sensitive)
    return {
      ...view,
      attributesProcessor: { process: (attributes) => limiter.process(first.process(attributes)) },
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

interface Internals {
  readonly _sharedState?: { readonly viewRegistry?: ViewRegistry }
}

interface ViewRegistry {
  readonly _registeredViews: readonly View[]
  findViews(instrument: Instrument, scope: unknown): View[]
}

interface Instrument {
  readonly name: string
  readonly type: string
}

/** A view of the SDK. Its storages read these fields once, when the instrument is made. */
interface View {
  readonly name?: string
  readonly aggregation: unknown
  readonly attributesProcessor: IAttributesProcessor
  readonly aggregationCardinalityLimit?: number
}
