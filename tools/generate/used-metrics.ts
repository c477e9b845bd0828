import type { MetricDefinition, Query, QueryPart } from '@tidegauge/otel/catalog'

/** The metrics that a query looks at, by themselves or through recordings, however long the way to them. */
export function usedMetrics({ parts }: Query): ReadonlySet<MetricDefinition> {
  const used = new Set<MetricDefinition>()
  const seen = new Set<QueryPart>(parts)
  // What is added while a set is visited is visited as well.
  for (const part of seen) {
    if ('instrument' in part) used.add(part)
    if ('record' in part) for (const below of part.query.parts) seen.add(below)
  }
  return used
}
