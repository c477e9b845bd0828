import type { MetricDefinition } from '../catalog/metric.ts'
import type { Query } from '../catalog/promql.ts'

/** The metrics that a query looks at, by themselves or through recordings. */
export function usedMetrics({ parts }: Query): ReadonlySet<MetricDefinition> {
  const used = new Set<MetricDefinition>()
  for (const part of parts) {
    if ('instrument' in part) used.add(part)
    if ('record' in part) for (const metric of usedMetrics(part.query)) used.add(metric)
  }
  return used
}
