import type { ComponentCatalog } from '../catalog/catalog.ts'
import type { MetricDefinition } from '../catalog/metric.ts'
import { prometheusLabelName, prometheusName } from '../prometheus/name.ts'

/** Writes the reference of every metric, by component, as Markdown. The same catalog gives the same text. */
export function metricsReference(components: readonly ComponentCatalog[]): string {
  const sections = components.map(
    ({ title, description, metrics }) =>
      `## ${title}\n\n${description}\n\n${table(metricColumns, metrics.map(metricRow))}`,
  )
  const earlier = components.flatMap(({ metrics }) => metrics.flatMap(earlierRows))
  if (earlier.length > 0) sections.push(`## Coming from\n\n${table(earlierColumns, earlier)}`)
  return `${['# Metrics', 'Generated from the catalog; names as Prometheus shows them.', ...sections].join('\n\n')}\n`
}

const metricColumns = ['Metric', 'Type', 'Unit', 'Labels', 'Meaning', 'OpenTelemetry name']

const earlierColumns = ['Earlier name', 'Name here']

function metricRow(metric: MetricDefinition): string[] {
  const { instrument, unit, description, name } = metric
  return [
    code(prometheusName(metric)),
    instrument,
    unit && code(unit),
    labels(metric),
    description,
    code(name),
  ]
}

function earlierRows(metric: MetricDefinition): string[][] {
  return (metric.formerly ?? []).map((name) => [code(name), code(prometheusName(metric))])
}

function labels({ attributes = {} }: MetricDefinition): string {
  return Object.entries(attributes)
    .map(([key, values]) => {
      const label = code(prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'))
      return 'limit' in values ? `${label}: open, at most ${values.limit}` : `${label}: ${values.join(', ')}`
    })
    .join('; ')
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function code(text: string): string {
  return `\`${text}\``
}
