// `tidegauge/cache`: keeps what was looked up until it is old or changes, and its metrics.
import {
  cacheEvictions,
  cacheHitRate,
  cacheHits,
  cacheMisses,
  cacheSize,
} from '../catalog/observers/metrics.ts'

export type { Cache, CacheTotals, Change, Load, Lookup } from '../state/cache/cache.ts'
export { instrumentCache } from '../state/cache/instrumented.ts'
export type { MemoryCacheOptions } from '../state/cache/memory.ts'
export { MemoryCache } from '../state/cache/memory.ts'

/** What `instrumentCache` records, for the catalog of a pipeline. */
export const cacheMetrics = [cacheHits, cacheMisses, cacheEvictions, cacheHitRate, cacheSize] as const
