import type { ComponentCatalog } from '../catalog/catalog.ts'
import type { MetricDefinition } from '../catalog/metric.ts'
import { prometheusLabelName, prometheusName } from '../prometheus/name.ts'
import type { Declared, DeclaredMetric } from './planes.ts'

/** What a catalog declares, by the names that Prometheus knows. */
export function declaredCatalog(file: string, components: readonly ComponentCatalog[]): Declared {
  return {
    metrics: components.flatMap(({ title, metrics }) =>
      metrics.map((metric) => ({ ...declaredMetric(file, metric), component: title })),
    ),
  }
}

function declaredMetric(file: string, metric: MetricDefinition): DeclaredMetric {
  const { instrument, description, unit, attributes = {}, noPanel, noAlert, thresholds, meanings } = metric
  return {
    name: prometheusName(metric),
    type: instrument === 'upDownCounter' ? 'gauge' : instrument,
    help: description,
    unit,
    labels: new Map(
      Object.entries(attributes).map(([key, values]) => [
        prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'),
        'limit' in values ? undefined : values,
      ]),
    ),
    file,
    line: 1,
    recordings: undefined,
    ...(noPanel !== undefined && { noPanel }),
    ...(noAlert !== undefined && { noAlert }),
    ...(thresholds && { thresholds }),
    ...(meanings && { meanings }),
  }
}
