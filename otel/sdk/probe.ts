import { diag } from '@opentelemetry/api'
import * as installedSdk from '@opentelemetry/sdk-metrics'
import { type Ability, type Sdk, trials } from './trials.ts'
import { unknownSdk } from './version.ts'

/** What happens without an ability, for the log. */
export const consequences: Readonly<Record<Ability, string>> = {
  views: 'views of the catalog and limits on series cannot be applied',
  boundSeries: 'bound handles record at the price of unbound ones',
  quickHistograms: 'bound histograms record at twice their price',
  exemplars: 'exemplars are not kept',
  directMerge: 'collections take twice their time',
  guardedCallbacks: 'a callback that fails in a scrape is not named, and its old value is served',
  unobservedSeries: 'series that are no longer observed keep their last value',
  readerMetrics: "the SDK's own metrics about readers are not recorded",
}

/** Logs once in the life of the process what is lost with an SDK; nothing where all is as it is known. */
export async function reportLostAbilities(sdk: Sdk = installedSdk): Promise<void> {
  if (probed.has(sdk)) return
  probed.add(sdk)
  const line = lostAbilitiesLine(await probeSdk(sdk))
  if (line !== undefined) diag.warn(line)
}

const probed = new WeakSet<Sdk>()

/** Tries each ability, and returns those that are lost. */
export async function probeSdk(sdk: Sdk = installedSdk): Promise<Ability[]> {
  const lost: Ability[] = []
  for (const [ability, works] of Object.entries(trials)) {
    if (!(await works(sdk).catch(() => false))) lost.push(ability as Ability)
  }
  return lost
}

/** Says what is lost, in one line; `undefined` where nothing is. */
export function lostAbilitiesLine(lost: readonly Ability[], version?: string): string | undefined {
  if (lost.length === 0) return undefined
  return unknownSdk(lost.map((ability) => consequences[ability]).join('; '), version)
}
