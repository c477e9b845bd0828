import type { Dashboard, DashboardPanel } from '../dashboards/dashboard.ts'
import { speaksPromql } from '../dashboards/datasource.ts'
import { shownQueries } from '../dashboards/panel-model.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'
import type { PanelDesign, QueryStyle } from './panel-design.ts'

/** The panels that a new one takes its looks from, the closest first. */
export type Neighbours = readonly DashboardPanel[]

/** How the queries of the dashboard select series, and the variable over which they take rates; a fixed range is not copied. */
export function queryStyle(dashboard: Dashboard, neighbours: Neighbours): QueryStyle {
  const near = neighbours.slice(0, 1).flatMap(shownQueries)
  const all = dashboard.panels.flatMap(shownQueries)
  return {
    matchers: (all.length > 0
      ? usualMatchers(near.length > 0 ? near : all, all)
      : ownMatchers(dashboard)
    ).join(', '),
    range:
      mostFrequent(dashboard.panels.flatMap(rangesOf).filter((range) => range.startsWith('$'))) ??
      '$__rate_interval',
  }
}

/** Ranges of the rates that a panel shows. */
function rangesOf(panel: DashboardPanel): readonly string[] {
  const known = knownRanges.get(panel)
  if (known !== undefined) return known
  const ranges = shownQueries(panel).flatMap(({ expr }) =>
    [...expr.matchAll(rangeOfRate)].map(([, range = '']) => range),
  )
  knownRanges.set(panel, ranges)
  return ranges
}

/** Asked for all panels with each metric that is added. */
const knownRanges = new WeakMap<DashboardPanel, readonly string[]>()

const rangeOfRate = /\b(?:rate|irate)\s*\([^[\]]{0,1000}\[([^[\]:]+)\]/g

/** Labels that say which service is meant, and that every series of it has. */
const scopes = /^(job|instance|namespace|cluster|env|environment|region|service|pod|node|host|dc)$/

/** Matchers that at least half of the selectors share, as far as another metric has these labels as well. */
function usualMatchers(
  near: ReturnType<typeof shownQueries>,
  all: ReturnType<typeof shownQueries>,
): readonly string[] {
  const groups = (queries: typeof near) =>
    queries.flatMap(({ expr }) => [...expr.matchAll(/\{([^{}]*)\}/g)].map(([, inside]) => inside ?? ''))
  const usual = (queries: typeof near) => {
    const selectors = groups(queries)
    const counts = new Map<string, number>()
    for (const selector of selectors) {
      for (const [, label = '', rest = ''] of selector.matchAll(
        /\b(\w+)\s*((?:=~|!~|!=|=)\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'))/g,
      )) {
        const matcher = `${label}${rest}`
        if (scopes.test(label)) counts.set(matcher, (counts.get(matcher) ?? 0) + 1)
      }
    }
    return [...counts].filter(([, count]) => count * 2 >= selectors.length).map(([matcher]) => matcher)
  }
  const here = usual(near)
  return here.length > 0 || groups(near).length > 0 ? here : usual(all)
}

/** For a dashboard without queries: its variables for job and instance. */
function ownMatchers({ variables }: Dashboard): readonly string[] {
  return ['job', 'instance']
    .filter((name) => variables.some((each) => each.name === name))
    .map((name) => `${name}=~"$${name}"`)
}

function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}

/** The parts of a panel that come from a neighbour rather than from the design, as they stand in the file. */
export interface PanelStyle {
  /** A target of the neighbour, to be filled with another query. */
  readonly target: unknown
  readonly datasource: unknown
  readonly custom: unknown
  readonly color: unknown
  readonly options: unknown
  readonly version: string | undefined
  readonly transparent: boolean
}

/** Takes what it can from the closest neighbour of the same type, and the data source from the closest of any. */
export function panelStyle(
  dashboard: Dashboard,
  neighbours: Neighbours,
  type: PanelDesign['type'],
): PanelStyle {
  const raw = (panel: DashboardPanel | undefined) => panel && valueAt(dashboard.json, ...panel.path)
  const alike = neighbours.find((panel) => panel.type === type)
  const asking = neighbours.find(({ targets }) => targets.some(({ expr }) => expr !== undefined))
  const isV2 = dashboard.schema === 'v2'
  const model = isV2 ? valueAt(raw(alike), 'spec', 'vizConfig', 'spec') : raw(alike)
  const target = asking?.targets.find(({ expr }) => expr !== undefined)
  return {
    target: target && valueAt(dashboard.json, ...target.path),
    datasource: valueAt(raw(asking), 'datasource') ?? ownDatasource(dashboard),
    custom: valueAt(model, 'fieldConfig', 'defaults', 'custom'),
    color: valueAt(model, 'fieldConfig', 'defaults', 'color'),
    options: valueAt(model, 'options'),
    version: isV2 ? textAt(raw(alike), 'spec', 'vizConfig', 'version') : textAt(model, 'pluginVersion'),
    transparent:
      valueAt(raw(alike), isV2 ? 'spec' : 'transparent', ...(isV2 ? ['transparent'] : [])) === true,
  }
}

/** For a dashboard without panels: its variable, or the input that the import asks for. */
function ownDatasource({ json, bodyPath, variables }: Dashboard): unknown {
  const isPrometheus = (type: string | undefined) => speaksPromql({ type, uid: undefined }, () => undefined)
  const variable = variables.find(({ type, query }) => type === 'datasource' && isPrometheus(query))?.name
  const input = listAt(valueAt(json, ...bodyPath), '__inputs').find((each) =>
    isPrometheus(textAt(each, 'pluginId')),
  )
  const name = variable ?? textAt(input, 'name')
  return name === undefined ? undefined : { type: 'prometheus', uid: `\${${name}}` }
}
