import type { Place } from '../finding.ts'
import type { MetricReport } from '../metric-reports.ts'
import { verdictOf } from '../verdict.ts'
import { code, table, text } from './markdown-text.ts'

/** A table per component: each metric with its type, where it is recorded, its panel, its alert, and the verdict. */
export function metricTables(metrics: readonly MetricReport[]): readonly string[] {
  if (metrics.length === 0) return []
  const hasSource = metrics.some(({ recordings }) => recordings !== undefined)
  const head = ['Metric', 'Type', ...(hasSource ? ['Recorded'] : []), 'Panel', 'Alert', 'Verdict']
  const components = [...Map.groupBy(metrics, ({ component }) => component)].flatMap(([component, of]) => [
    `### ${text(component)}`,
    table(
      head,
      of.map((metric) => [
        code(metric.name),
        metric.type,
        ...(hasSource ? [recorded(metric)] : []),
        places(metric.panels, ({ panel }) => panel, metric.noPanel),
        places(metric.alerts, ({ rule }) => rule, metric.noAlert),
        text(verdictOf(metric)),
      ]),
    ),
  ])
  return ['## Metrics', ...components]
}

function recorded({ recordings }: MetricReport): string {
  if (recordings === undefined) return '?'
  const [first] = recordings
  if (first === undefined) return '**nowhere**'
  return `${text(`${first.file}:${first.line}`)}${more(recordings.length)}`
}

function places(
  of: readonly Place[],
  name: (place: Place) => string | undefined,
  excuse: string | undefined,
): string {
  const names = [...new Set(of.map((place) => name(place) ?? place.file))]
  const [first] = names
  if (first === undefined) return excuse === undefined ? '–' : `none: ${text(excuse)}`
  return `${text(first)}${more(names.length)}`
}

function more(count: number): string {
  return count > 1 ? ` (+${count - 1})` : ''
}
