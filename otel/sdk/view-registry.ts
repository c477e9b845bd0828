import type { IAttributesProcessor, MeterProvider } from '@opentelemetry/sdk-metrics'
import { lastValueKind } from './aggregator-kinds.ts'
import { isObject, sharedState } from './provider-state.ts'

/** A view of the SDK. Its storages read these fields once, when the instrument is made. */
export interface View {
  readonly name?: string
  readonly aggregation: unknown
  readonly attributesProcessor: IAttributesProcessor
  readonly aggregationCardinalityLimit?: number
}

/** What views select by. */
export interface ViewedInstrument {
  readonly name: string
  readonly type: string
}

/**
 * Takes over from the SDK which views an instrument gets.
 *
 * @param choose gets all views in the order in which the provider was given them, and which of them select the instrument.
 * @returns whether it takes effect: not where the SDK keeps its views elsewhere.
 */
export function chooseViews(
  provider: MeterProvider,
  choose: (instrument: ViewedInstrument, views: readonly View[], selecting: readonly number[]) => View[],
): boolean {
  const registry = sharedState(provider)?.viewRegistry
  if (!isRegistry(registry)) return false
  const views = registry._registeredViews
  const find = registry.findViews.bind(registry)
  registry.findViews = (instrument, scope) => {
    const selecting = find(instrument, scope).map((view) => views.indexOf(view))
    return choose(instrument, views, selecting)
  }
  return true
}

/** Tells whether a stream keeps the last value of a series, as gauges do, rather than adding up. */
export function keepsLastValue({ aggregation }: View, instrument: ViewedInstrument): boolean {
  const { createAggregator } = aggregation as Partial<Aggregation>
  return createAggregator?.call(aggregation, instrument).kind === lastValueKind
}

interface Aggregation {
  createAggregator(instrument: ViewedInstrument): { readonly kind?: unknown }
}

interface ViewRegistry {
  readonly _registeredViews: readonly View[]
  findViews(instrument: ViewedInstrument, scope: unknown): View[]
}

function isRegistry(registry: unknown): registry is ViewRegistry {
  return (
    isObject(registry) && Array.isArray(registry._registeredViews) && typeof registry.findViews === 'function'
  )
}
