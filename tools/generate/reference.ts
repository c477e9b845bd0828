import type { ComponentCatalog, MetricDefinition, Recording } from '@tidegauge/otel/catalog'
import { prometheusLabelName, prometheusName } from '@tidegauge/otel/naming'
import { defaultSettings, type GenerateSettings } from '../catalog-file/overrides.ts'
import { thresholdsOf } from '../catalog-file/render-query.ts'
import { panelsOf } from './dashboards/plan.ts'
import { shownMetrics } from './dashboards/shown-metrics.ts'
import { enabledAlerts } from './rules/rules.ts'
import { createUsedMetrics } from './used-metrics.ts'

/** Writes the reference of every metric, by component, as Markdown. The same catalog and settings give the same text. */
export function metricsReference(
  components: readonly ComponentCatalog[],
  settings: GenerateSettings = defaultSettings,
): string {
  const seen = seenIn(components, settings)
  const sections = components.map((component) => section(component, seen, settings))
  const earlier = components.flatMap(({ metrics }) => metrics.flatMap(earlierRows))
  if (earlier.length > 0) sections.push(`## Coming from\n\n${table(earlierColumns, earlier)}`)
  return `${['# Metrics', 'Generated from the catalog; names as Prometheus shows them.', ...sections].join('\n\n')}\n`
}

/** Where the metrics of a catalog are seen: titles of panels and names of alerts, as often as they are. */
interface Seen {
  readonly panels: ReadonlyMap<MetricDefinition, readonly string[]>
  readonly alerts: ReadonlyMap<MetricDefinition, readonly string[]>
}

function seenIn(components: readonly ComponentCatalog[], settings: GenerateSettings): Seen {
  const panels = [...panelsOf(components).values()].flat()
  const alerts = components.flatMap((component) => enabledAlerts(component, settings))
  const usedMetrics = createUsedMetrics()
  return {
    panels: namesByMetric(panels.map((panel) => [panel.panel, shownMetrics(panel)])),
    alerts: namesByMetric(alerts.map(({ alert, query }) => [alert, usedMetrics(query)])),
  }
}

function namesByMetric(
  uses: readonly (readonly [name: string, metrics: Iterable<MetricDefinition>])[],
): ReadonlyMap<MetricDefinition, readonly string[]> {
  const names = new Map<MetricDefinition, string[]>()
  for (const [name, metrics] of uses)
    for (const metric of new Set(metrics)) {
      const known = names.get(metric)
      if (known === undefined) names.set(metric, [name])
      else known.push(name)
    }
  return names
}

function section(component: ComponentCatalog, where: Seen, settings: GenerateSettings): string {
  const { title, description, metrics, recordings } = component
  const shown = (metric: MetricDefinition) => {
    const titles = where.panels.get(metric) ?? []
    return titles.length > 0 ? [...new Set(titles)].join(', ') : (metric.noPanel ?? '')
  }
  const watched = (metric: MetricDefinition) => {
    const names = where.alerts.get(metric) ?? []
    return names.length > 0 ? names.map(runbookLink).join(', ') : (metric.noAlert ?? '')
  }
  const seen = metrics.map((metric) => [
    code(prometheusName(metric)),
    shown(metric),
    bounds(metric, settings),
    watched(metric),
  ])
  const recorded = recordings.map((recording) => recordingRow(recording, settings))
  return [
    `## ${title}`,
    description,
    table(metricColumns, metrics.map(metricRow)),
    'Where they are seen:',
    table(seenColumns, seen),
    ...(recorded.length > 0 ? ['Recorded by rules:', table(recordingColumns, recorded)] : []),
  ].join('\n\n')
}

const metricColumns = ['Metric', 'Type', 'Unit', 'Labels', 'Meaning', 'OpenTelemetry name']

const seenColumns = ['Metric', 'Panels', 'Bounds', 'Alerts']

const recordingColumns = ['Series', 'Unit', 'Bounds', 'Meaning']

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

function recordingRow(recording: Recording, settings: GenerateSettings): string[] {
  const { record, unit, description } = recording
  return [code(record), code(unit), bounds(recording, settings), description]
}

function bounds(of: MetricDefinition | Recording, settings: GenerateSettings): string {
  const { warning, critical, bad = 'above' } = thresholdsOf(of, settings) ?? {}
  return Object.entries({ warning, critical })
    .filter(([, value]) => value !== undefined)
    .map(([level, value]) => `${level} ${bad} ${value}`)
    .join(', ')
}

function runbookLink(alert: string): string {
  return `[${alert}](runbooks.md#${alert.toLowerCase()})`
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
