// `tidegauge/dedup`: remembers keys for a window, so that what is asked for twice is done once, and its metrics.
import { dedupChecks, dedupDuplicatesFound, dedupHitRate } from '../catalog/observers/metrics.ts'

export { InvalidError } from '../model/errors.ts'
export type { Dedup, DedupTotals } from '../state/dedup/dedup.ts'
export type { CountChecks } from '../state/dedup/instrumented.ts'
export { countChecks, instrumentDedup } from '../state/dedup/instrumented.ts'
export type { SqliteDedupOptions } from '../state/dedup/sqlite.ts'
export { SqliteDedup } from '../state/dedup/sqlite.ts'

/** What `instrumentDedup` records, for the catalog of a pipeline. */
export const dedupMetrics = [dedupChecks, dedupDuplicatesFound, dedupHitRate] as const
