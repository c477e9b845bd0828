import type { Dashboard, DashboardPanel } from '../dashboards/dashboard.ts'
import { shownQueries } from '../dashboards/panel-model.ts'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import { unitOf } from '../metrics/metric-unit.ts'
import { replaceName } from '../promql/name-in-text.ts'
import { parseQuery } from '../promql/parse.ts'
import { resultLabels } from '../promql/result-labels.ts'
import { kindOf } from './metric-kind.ts'
import { wordsOf } from './metric-words.ts'
import { letters, type NewQuery } from './panel-json.ts'
import { unitId } from './unit-id.ts'

/** An existing panel that a series belongs on, and the query to add there. */
export interface Joining {
  readonly panel: DashboardPanel
  readonly query: NewQuery
}

/**
 * Finds the panel of lengths or errors that shows the likes of a metric: graphs whose queries are the same but for
 * the metric, all of its kind and unit. One query is enough when the title speaks of several.
 */
export function findJoining(
  dashboard: Dashboard,
  metric: DeclaredMetric,
  known: ReadonlyMap<string, DeclaredMetric>,
): Joining | undefined {
  const kind = kindOf(metric)
  if ((kind !== 'error' && kind !== 'backlog') || metric.thresholds !== undefined) return undefined
  const panels = dashboard.panels
    .map((panel) => ({ panel, query: queryLike(panel, metric, known) }))
    .filter((each): each is Joining => each.query !== undefined)
  // Of several the one that shows more of the same family.
  const family = wordsOf(metric.name)[0] ?? ''
  const own = ({ panel }: Joining) =>
    shownQueries(panel).filter(({ expr }) => expr.includes(`${family}_`)).length
  return panels.sort((a, b) => own(b) - own(a))[0]
}

function queryLike(
  panel: DashboardPanel,
  metric: DeclaredMetric,
  known: ReadonlyMap<string, DeclaredMetric>,
): NewQuery | undefined {
  if (panel.type !== 'timeseries' || panel.library !== undefined) return undefined
  const queries = shownQueries(panel)
  // Most panels leave here; what follows takes their queries apart.
  if (queries.length === 1 && !plural.test(panel.title)) return undefined
  const shown = queries.map(({ expr }) => metricOf(expr, known))
  const [first] = shown
  if (queries.length === 0 || queries.length !== panel.targets.length || first === undefined) return undefined
  if (queries.length === 1 && !isForSeveral(panel, first, metric)) return undefined
  if (!isFamiliar(panel, shown, metric)) return undefined
  const shape = (index: number) =>
    replaceName(shown[index]?.name ?? '', queries[index]?.expr ?? '', nameParts, '…')
  const isAlike = shown.every(
    (other, index) =>
      other !== undefined &&
      shape(index) === shape(0) &&
      kindOf(other) === kindOf(metric) &&
      other.type === metric.type &&
      unitsFit(other, metric),
  )
  const model = queries.at(-1)
  const last = shown.at(-1)
  if (!isAlike || model === undefined || last === undefined) return undefined
  if (!sharesNoun(shown as readonly DeclaredMetric[], metric) || !hasLabelsOf(model.expr, metric))
    return undefined
  const expr = replaceName(last.name, model.expr, nameParts, metric.name)
  return {
    expr,
    legend: withoutMissing(legendLike(model.legend, last, metric), expr),
    refId: freeRefId(panel),
  }
}

/** Whether the title of a panel of one query speaks of more than what it shows. */
function isForSeveral({ title }: DashboardPanel, shown: DeclaredMetric, metric: DeclaredMetric): boolean {
  const own = wordsOf(metric.name)
  const narrow = wordsOf(shown.name).filter((word) => !own.includes(word))
  const words = title.toLowerCase().split(/\W+/)
  return plural.test(title) && !narrow.some((word) => words.includes(word))
}

/** Whether the panel shows the metric's family, several families, or does not say whose it is. */
function isFamiliar(
  { title, within }: DashboardPanel,
  shown: readonly (DeclaredMetric | undefined)[],
  metric: DeclaredMetric,
): boolean {
  const families = new Set(shown.map((each) => wordsOf(each?.name ?? '')[0] ?? ''))
  const text = [...within, title].join(' ').toLowerCase()
  return (
    families.has(wordsOf(metric.name)[0] ?? '') ||
    families.size > 1 ||
    ![...families].some((family) => text.includes(family.toLowerCase()))
  )
}

/** Titles of panels that are meant for several series. */
const plural = /\b(errors|failures|rejections|drops|lengths|queues|backlogs|depths|buffers|lags)\b/i

function metricOf(expr: string, known: ReadonlyMap<string, DeclaredMetric>): DeclaredMetric | undefined {
  const words = new Set([...expr.matchAll(/[a-zA-Z_:][\w:]*/g)].map(([word]) => word))
  const metrics = [...words].map((word) => known.get(word)).filter((each) => each !== undefined)
  return metrics.length === 1 ? metrics[0] : undefined
}

/** What names of metrics are made of. */
const nameParts = /[\w:]/

function unitsFit(one: DeclaredMetric, other: DeclaredMetric): boolean {
  return unitId(unitOf(one)) === unitId(unitOf(other))
}

/** `fetch_errors` and `parse_errors` end alike; all of them have to, or to begin alike with what the panel shows. */
function sharesNoun(shown: readonly DeclaredMetric[], metric: DeclaredMetric): boolean {
  const noun = wordsOf(metric.name).at(-1)
  return shown.every(({ name }) => wordsOf(name).at(-1) === noun)
}

/** A query that groups or selects by labels that the metric does not have would return nothing. */
function hasLabelsOf(expr: string, { labels, file }: DeclaredMetric): boolean {
  if (file === '' && labels.size === 0) return true
  const grouped = [...expr.matchAll(/\bby\s*\(([^()]*)\)/g)].flatMap(([, list = '']) => list.split(','))
  const matched = [...expr.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label)
  return [...grouped, ...matched]
    .map((label) => label.trim())
    .every((label) => label === '' || targetLabels.test(label) || labels.has(label))
}

/** Labels that come from the scrape rather than from the metric. */
const targetLabels = /^(job|instance|namespace|cluster|env|environment|region|service|pod|node|host|dc)$/

/** A legend that names the metric names the other one; one made of labels stays. */
function legendLike(legend: string | undefined, model: DeclaredMetric, metric: DeclaredMetric): string {
  const other = wordsOf(model.name)
  const own = wordsOf(metric.name)
  const telling = own.filter((word) => !other.includes(word)).join(' ') || own.join(' ')
  if (legend === undefined || legend === '__auto') return telling
  const told = other.filter((word) => !own.includes(word)).join(' ')
  const at = told === '' ? -1 : legend.toLowerCase().indexOf(told)
  if (at >= 0) {
    const isCapital = /^[A-Z]/.test(legend.slice(at))
    const inPlace = isCapital ? telling.charAt(0).toUpperCase() + telling.slice(1) : telling
    return legend.slice(0, at) + inPlace + legend.slice(at + told.length)
  }
  const [from, to] = [legend.indexOf('{{'), legend.lastIndexOf('}}')]
  return from < 0 || to < from ? telling : `${telling} ${legend.slice(from, to + 2)}`
}

/** The neighbours' legends may name labels that their queries add up over. */
function withoutMissing(legend: string, expr: string): string {
  const { query } = parseQuery(expr, { variables: 'grafana' })
  const labels = query && resultLabels(query.expression, () => true)
  return legend
    .replaceAll(/(?<!\s)\s*\{\{\s*(\w+)\s*\}\}/g, (text, label) =>
      labels?.mayHave(label) === false ? '' : text,
    )
    .trim()
}

function freeRefId({ targets }: DashboardPanel): string {
  const taken = new Set(targets.map(({ refId }) => refId))
  for (let index = 0; ; index += 1) {
    if (!taken.has(letters(index))) return letters(index)
  }
}
