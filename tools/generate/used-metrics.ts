import type { MetricDefinition, Query } from '@tidegauge/otel/catalog'

/** The metrics that a query looks at, by themselves or through recordings. */
export function usedMetrics({ parts }: Query): ReadonlySet<MetricDefinition> {
  const used = new Set<MetricDefinition>()
  for (const part of parts) {
    if ('instrument' in part) used.add(part)
    if ('record' in part) for (const metric of usedMetrics(part.query)) used.add(metric)
  }
  return used
}
