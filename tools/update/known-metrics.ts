import type { Thresholds } from '@tidegauge/otel/catalog'
import { isTotal } from '@tidegauge/otel/naming'
import type { Declared, DeclaredMetric } from '../metrics/declared-metric.ts'
import type { Family } from '../scrape/scrape.ts'

export interface MetricSources {
  readonly catalog: Declared | undefined
  readonly source: Declared | undefined
  readonly families: readonly (Family & { readonly url: string })[]
  /** By name in Prometheus; they replace those of the catalog. */
  readonly thresholds: ReadonlyMap<string, Thresholds>
}

/** All metrics of a service by what is known best: the catalog, then its source, then what it exposes. */
export function knownMetrics({
  catalog,
  source,
  families,
  thresholds,
}: MetricSources): readonly DeclaredMetric[] {
  const metrics = new Map<string, DeclaredMetric>()
  const add = (metric: DeclaredMetric) => {
    const known = metrics.get(metric.name)
    metrics.set(metric.name, known === undefined ? metric : merge(known, metric))
  }
  for (const metric of [...(catalog?.metrics ?? []), ...(source?.metrics ?? []), ...families.map(declaredBy)])
    add(metric)
  return [...metrics.values()].map((metric) => {
    const bounds = thresholds.get(metric.name)
    return bounds === undefined ? metric : { ...metric, thresholds: { ...metric.thresholds, ...bounds } }
  })
}

/** What a scrape tells about a metric; the values of its labels are those that it has now. */
function declaredBy({
  name,
  type,
  help,
  unit,
  samples,
  line,
  url,
}: Family & { readonly url: string }): DeclaredMetric {
  const labels = new Map<string, Set<string>>()
  for (const sample of samples) {
    for (const [label, value] of sample.labels) {
      if (label === 'le' || label === 'quantile') continue
      const values = labels.get(label) ?? new Set()
      labels.set(label, values.add(value))
    }
  }
  return {
    name,
    // What ends in _total counts, whether the exposition says so or not.
    type: type === 'unknown' && isTotal(name) ? 'counter' : type,
    help,
    unit,
    labels: new Map([...labels].map(([label, values]) => [label, [...values]])),
    file: url,
    line,
    recordings: undefined,
  }
}

/** The first one knows better; the second one fills in what it does not say. */
function merge(known: DeclaredMetric, more: DeclaredMetric): DeclaredMetric {
  return {
    ...known,
    type: known.type === 'unknown' ? more.type : known.type,
    help: known.help ?? more.help,
    unit: known.unit ?? more.unit,
    labels: known.labels.size === 0 ? more.labels : known.labels,
  }
}
