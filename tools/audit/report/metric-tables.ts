import type { Place } from '../../inputs/place.ts'
import type { InputCounts } from '../input-counts.ts'
import type { MetricReport } from '../metric-reports.ts'
import { verdictOf } from '../verdict.ts'
import { code, table, text } from './markdown-text.ts'

/** A table per component: each metric with its type, where it is recorded, its panel, its alert, and the verdict. */
export function metricTables(metrics: readonly MetricReport[], inputs: InputCounts): readonly string[] {
  if (metrics.length === 0) return []
  const hasSource = metrics.some(({ recordings }) => recordings !== undefined)
  // An input that was not given has no column: nothing in it would read as nothing there.
  const columns: readonly (readonly [title: string, cell: (metric: MetricReport) => string])[] = [
    ['Metric', ({ name }) => code(name)],
    ['Type', ({ type }) => type],
    ...(hasSource ? [['Recorded', recorded] as const] : []),
    ...(inputs.dashboards > 0 ? [['Panel', panelsOf] as const] : []),
    ...(inputs.ruleFiles > 0 ? [['Alert', alertsOf] as const] : []),
    ['Verdict', (metric) => text(verdictOf(metric))],
  ]
  const components = componentsOf(metrics).flatMap(([component, of]) => [
    `### ${text(component)}`,
    isOfNoInterest(of)
      ? `Nothing is to be said of what the runtime brings: ${of.map(({ name }) => code(name)).join(', ')}.`
      : table(
          columns.map(([title]) => title),
          of.map((metric) => columns.map(([, cell]) => cell(metric))),
        ),
  ])
  return ['## Metrics', ...components]
}

/** Components of a single metric share a table at the end, so that not every other line is a heading. */
function componentsOf(
  metrics: readonly MetricReport[],
): readonly (readonly [component: string, metrics: readonly MetricReport[]])[] {
  const all = [...Map.groupBy(metrics, ({ component }) => component)]
  const single = all.filter(([component, of]) => of.length === 1 && component !== 'Runtime')
  if (single.length < 2) return all
  return [
    ...all.filter((one) => !single.includes(one)),
    [all.length === single.length ? 'All' : 'Others', single.flatMap(([, of]) => of)],
  ]
}

/** Metrics of the runtime that nothing shows or watches, and of which nothing is wrong. */
function isOfNoInterest(metrics: readonly MetricReport[]): boolean {
  return metrics.every(
    (metric) =>
      metric.isOfRuntime &&
      metric.panels.length === 0 &&
      metric.alerts.length === 0 &&
      verdictOf(metric).startsWith('good'),
  )
}

function panelsOf({ panels, noPanel }: MetricReport): string {
  return places(panels, ({ panel }) => panel, noPanel)
}

function alertsOf({ alerts, noAlert }: MetricReport): string {
  return places(alerts, ({ rule }) => rule, noAlert)
}

function recorded({ recordings, recordedBy }: MetricReport): string {
  if (recordings === undefined) return recordedBy === undefined ? '?' : text(recordedBy)
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
