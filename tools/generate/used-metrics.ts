import type { MetricDefinition, Query, QueryPart } from '@tidegauge/otel/catalog'

/** The metrics that a query looks at, by themselves or through recordings, however long the way to them. */
export type UsedMetrics = (query: Query) => ReadonlySet<MetricDefinition>

/** A query of people has a handful. */
const mostParts = 2_000_000

/**
 * Follows the queries of a catalog to their metrics.
 *
 * @returns what throws an {Error} once two million parts have been followed: alerts that all build on thousands of recordings.
 */
export function createUsedMetrics(): UsedMetrics {
  let left = mostParts
  return ({ parts }) => {
    const used = new Set<MetricDefinition>()
    const seen = new Set<QueryPart>(parts)
    // What is added while a set is visited is visited as well.
    for (const part of seen) {
      left -= 1
      if (left < 0)
        throw new Error(
          'its alerts follow too many recordings to tell their metrics; let them build on fewer',
        )
      if ('instrument' in part) used.add(part)
      if ('record' in part) for (const below of part.query.parts) seen.add(below)
    }
    return used
  }
}
