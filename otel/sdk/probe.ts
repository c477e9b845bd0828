import { diag } from '@opentelemetry/api'
import * as installedSdk from '@opentelemetry/sdk-metrics'
import { type Ability, consequences } from './abilities.ts'
import type { Sdk } from './trials.ts'
import { installedVersion, isKnown, unknownSdk } from './version.ts'

/**
 * Logs once in the life of the process what is lost with an SDK of an unknown version. A known one is not tried: its tests
 * have done that, and trials teach the engine kinds of recordings that the application may never make, which slows down its own.
 */
export async function reportLostAbilities(
  version: string = installedVersion(),
  sdk: Sdk = installedSdk,
): Promise<void> {
  if (reported.has(version) || isKnown(version)) return
  reported.add(version)
  const line = lostAbilitiesLine(await probeSdk(sdk), version)
  if (line !== undefined) diag.warn(line)
}

const reported = new Set<string>()

/** Tries each ability, and returns those that are lost. */
export async function probeSdk(sdk: Sdk): Promise<Ability[]> {
  const { trials } = await import('./trials.ts')
  const lost: Ability[] = []
  for (const [ability, works] of Object.entries(trials)) {
    if (!(await works(sdk).catch(() => false))) lost.push(ability as Ability)
  }
  return lost
}

/** Says what is lost, in one line; `undefined` where nothing is. */
export function lostAbilitiesLine(lost: readonly Ability[], version: string): string | undefined {
  if (lost.length === 0) return undefined
  return unknownSdk(lost.map((ability) => consequences[ability]).join('; '), version)
}
