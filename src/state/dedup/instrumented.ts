import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import { dedupChecks, dedupDuplicatesFound, dedupHitRate } from '../../catalog/observers/metrics.ts'
import type { Dedup } from './dedup.ts'

/** Called with how many keys were checked, and how many of them were duplicates. */
export type CountChecks = (checks: number, duplicates: number) => void

/** Counts what is claimed. What a checkpoint claims does not pass here; it has to share `count`. */
export function instrumentDedup(dedup: Dedup, meter: Meter, count: CountChecks = countChecks(meter)): Dedup {
  return {
    async claim(scope, keys, windowMs) {
      const isNew = await dedup.claim(scope, keys, windowMs)
      count(isNew.length, isNew.filter((one) => !one).length)
      return isNew
    },
    has: (scope, keys) => dedup.has(scope, keys),
    release: (scope, keys) => dedup.release(scope, keys),
    totals: () => dedup.totals(),
    [Symbol.asyncDispose]: () => dedup[Symbol.asyncDispose](),
  }
}

/** Counts checks, and exports the share of duplicates among them. For each meter there is one. */
export function countChecks(meter: Meter): CountChecks {
  const checks = bind(meter, dedupChecks)
  const duplicates = bind(meter, dedupDuplicatesFound)
  const total = { checks: 0, duplicates: 0 }
  observe(meter, dedupHitRate, () =>
    total.checks === 0 ? undefined : (100 * total.duplicates) / total.checks,
  )
  return (checked, found) => {
    checks.add(checked)
    duplicates.add(found)
    total.checks += checked
    total.duplicates += found
  }
}
