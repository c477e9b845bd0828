import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import {
  identityCacheEntries,
  identityCacheHits,
  identityCacheMisses,
  identityLookupDuration,
  identityLookups,
  identityWaitingDids,
} from '../../catalog/identity/metrics.ts'
import type { Identity } from './identity.ts'
import type { IdentityOptions } from './options.ts'

/** Counts what is looked up, and what is known without. */
export function identityMetrics(meter: Meter): Required<Pick<IdentityOptions, 'onLookup' | 'onCache'>> {
  const lookups = bind(meter, identityLookups)
  const duration = bind(meter, identityLookupDuration)
  const hits = bind(meter, identityCacheHits).bind()
  const misses = bind(meter, identityCacheMisses).bind()
  return {
    onLookup: (method, outcome, durationMs) => {
      lookups.add(1, { method, outcome })
      duration.record(durationMs / 1000, { method })
    },
    onCache: (isHit) => (isHit ? hits : misses).add(1),
  }
}

/** Exports how much is known, and how many wait. @param queued how many wait for their turn to be asked about. */
export function observeIdentity(
  meter: Meter,
  identity: Pick<Identity, 'entries' | 'waiting'>,
  queued: () => Promise<number>,
): void {
  observe(meter, identityCacheEntries, () => identity.entries)
  observe(meter, identityWaitingDids, async () => identity.waiting + (await queued()))
}
