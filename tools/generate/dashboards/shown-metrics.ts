import type { MetricDefinition, Panel } from '@tidegauge/otel/catalog'

/** The metrics that a panel names. */
export function shownMetrics({ targets }: Panel): MetricDefinition[] {
  return targets.flatMap(({ query }) => query.parts.filter((part) => 'instrument' in part))
}
