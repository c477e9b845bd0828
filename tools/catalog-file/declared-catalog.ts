import type { MetricDefinition } from '@tidegauge/otel/catalog'
import { prometheusLabelName, prometheusName, valueUnit } from '@tidegauge/otel/naming'
import type { Declared, DeclaredMetric } from '../metrics/declared-metric.ts'
import type { LoadedCatalog } from './loaded-catalog.ts'
import { defaultSettings, type GenerateSettings } from './overrides.ts'
import { thresholdsOf } from './render-query.ts'

/** What a catalog declares, by the names that Prometheus knows, with the thresholds that its user has set. */
export function declaredCatalog({ file, components, settings = defaultSettings }: LoadedCatalog): Declared {
  return {
    metrics: components.flatMap(({ title, metrics }) =>
      metrics.map((metric) => ({ ...declaredMetric(file, metric, settings), component: title })),
    ),
  }
}

function declaredMetric(file: string, metric: MetricDefinition, settings: GenerateSettings): DeclaredMetric {
  const {
    instrument,
    description,
    unit,
    attributes = {},
    noPanel,
    noAlert,
    meanings,
    buckets,
    recordedBy,
    stream,
  } = metric
  const thresholds = thresholdsOf(metric, settings)
  return {
    name: prometheusName(metric),
    type: instrument === 'upDownCounter' ? 'gauge' : instrument,
    help: description,
    unit: valueUnit(metric),
    labels: new Map(
      Object.entries(attributes).map(([key, values]) => [
        labelName(key),
        'limit' in values ? undefined : values,
      ]),
    ),
    file,
    line: 1,
    recordings: undefined,
    ...(stream && {
      view: {
        name: prometheusName({ name: metric.name, unit, instrument }),
        labels: new Map(
          Object.entries(stream.attributes).map(([label, key]) => [labelName(key), labelName(label)]),
        ),
      },
    }),
    ...(recordedBy !== undefined && { recordedBy }),
    ...(noPanel !== undefined && { noPanel }),
    ...(noAlert !== undefined && { noAlert }),
    ...(thresholds && { thresholds }),
    ...(meanings && { meanings }),
    ...(buckets && { buckets }),
  }
}

function labelName(key: string): string {
  return prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes')
}
