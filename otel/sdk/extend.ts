import { captureExemplars } from './capture.ts'
import { mergeDirectly } from './direct-merge.ts'
import type { ExemplarFilter } from './exemplars.ts'
import { keepLastValues } from './last-value.ts'
import { addUpObservations } from './observations.ts'
import { sharedState } from './provider-state.ts'
import { straightenTimes } from './times.ts'

export interface ExtensionOptions {
  /** Which measurements become exemplars, whoever reads. */
  readonly exemplarFilter: ExemplarFilter
}

/**
 * Gives a provider what the SDK lacks: sums of what is observed beyond a limit, gauges and times that hold when the clock
 * is set back, exemplars, and collections in half the time. All belong to the provider, whichever reader asks for them:
 * the first call decides, later ones change nothing. To be called before the provider has meters.
 *
 * @param owner a provider, or what it hands to its readers; one whose inside is not known is left as it is.
 */
export function extendProvider(owner: unknown, { exemplarFilter }: ExtensionOptions): void {
  const shared = sharedState(owner)
  if (shared === undefined || extended.has(shared)) return
  extended.add(shared)
  addUpObservations(owner)
  keepLastValues(owner)
  mergeDirectly(owner)
  straightenTimes(owner)
  captureExemplars(owner, exemplarFilter)
}

const extended = new WeakSet<object>()
