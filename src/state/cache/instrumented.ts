import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import {
  cacheEvictions,
  cacheHitRate,
  cacheHits,
  cacheMisses,
  cacheSize,
} from '../../catalog/observers/metrics.ts'
import type { Cache } from './cache.ts'

/** Counts look-ups that are answered from the cache, and those that are not, and exports how much it keeps. */
export function instrumentCache<Value>(cache: Cache<Value>, meter: Meter): Cache<Value> {
  const hits = bind(meter, cacheHits)
  const misses = bind(meter, cacheMisses)
  const total = { lookups: 0, misses: 0 }
  observe(meter, cacheEvictions, async () => (await cache.totals()).evictions)
  observe(meter, cacheSize, async () => (await cache.totals()).sizeBytes)
  observe(meter, cacheHitRate, () =>
    total.lookups === 0 ? undefined : (100 * (total.lookups - total.misses)) / total.lookups,
  )
  return {
    async get(lookups, load) {
      let missed = 0
      try {
        return await cache.get(lookups, (missing) => {
          missed = missing.length
          return load(missing)
        })
      } finally {
        total.lookups += lookups.length
        total.misses += missed
        hits.add(lookups.length - missed)
        misses.add(missed)
      }
    },
    change: (changes, work) => cache.change(changes, work),
    drop: (changes) => cache.drop(changes),
    totals: () => cache.totals(),
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  }
}
