import { prometheusLabelName } from '@tidegauge/otel/naming'
import type { MetricValue } from '../interpret/values.ts'
import type { LabelSet } from '../source-metric.ts'

/** Attributes under the names that they have as labels. */
export function escaped({ metric }: MetricValue, byName: LabelSet['byName']): LabelSet['byName'] {
  if (byName === undefined) return undefined
  const names = new Map(
    [...byName].map(([key, value]) => [prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'), value]),
  )
  // OpenTelemetry declares no labels: they are those that are recorded.
  if (metric.library === 'opentelemetry')
    metric.labels = [...new Set([...(metric.labels ?? []), ...names.keys()])]
  return names
}
