import type { Declared, DeclaredMetric, ViewOf } from './declared-metric.ts'

/** What the source declares, as it is exported: where a view of the catalog renames an instrument, under the name and with the labels of the view. */
export function throughViews(source: Declared, catalog: Declared | undefined): Declared {
  const views = new Map(
    catalog?.metrics.flatMap((metric) => (metric.view ? [[metric.view.name, metric]] : [])),
  )
  if (views.size === 0) return source
  return {
    ...source,
    metrics: source.metrics.map((metric) => {
      const exported = views.get(metric.name)
      return exported?.view ? viewed(metric, exported, exported.view) : metric
    }),
  }
}

function viewed(metric: DeclaredMetric, { name, help }: DeclaredMetric, { labels }: ViewOf): DeclaredMetric {
  const kept = <Value>(all: ReadonlyMap<string, Value>) =>
    new Map(
      [...all].flatMap(([label, value]) => (labels.has(label) ? [[labels.get(label) ?? label, value]] : [])),
    )
  return {
    ...metric,
    name,
    help,
    labels: kept(metric.labels),
    recordings: metric.recordings?.map((recorded) => ({ ...recorded, labels: kept(recorded.labels) })),
    ...(metric.labelSets && {
      labelSets: metric.labelSets.map((use) => ({ ...use, byName: use.byName && kept(use.byName) })),
    }),
  }
}
