import type { Dashboard, DashboardPanel } from '../../../dashboards/dashboard.ts'
import { panelModel, shownQueries } from '../../../dashboards/panel-model.ts'
import { textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'

const check = 'dashboard-legend'

export const dashboardLegend: Check = {
  name: check,
  description: 'Graphs of several series without a legend, or whose legend shows the whole query.',
  *run({ dashboards }) {
    const isRare = isOversight(legendsOf(dashboards))
    const isHiddenOdd = isOversight(hiddenIn(dashboards))
    for (const dashboard of dashboards) {
      // Where none has any, that was a choice.
      const isOdd = isRare && legendsOf([dashboard]).having > 0
      for (const panel of dashboard.panels) {
        if (panel.type !== 'timeseries') continue
        const reason = faultOf(dashboard, panel, isOdd)
        if (reason === undefined) continue
        const mend = 'Show the legend, and name each series by what sets it apart: {{label}}.'
        const level =
          (isOdd && isNameless(panel)) || (isHiddenOdd && isHidden(dashboard, panel)) ? 'warning' : 'info'
        yield panelFinding(dashboard, panel, { check, level, reason, mend })
      }
    }
  },
}

function faultOf(dashboard: Dashboard, panel: DashboardPanel, isOdd: boolean): string | undefined {
  const queries = shownQueries(panel)
  const kept = queries.find(({ expr }) => /\b(by|without)\s*\(\s*\w/.test(expr))
  const hasSeveral = queries.length > 1 || kept !== undefined
  const nameless = queries.find(({ legend }) => legend === undefined)
  if (nameless !== undefined && (hasSeveral || isOdd))
    return `Query ${nameless.refId ?? ''} has no legend, so that its series are called by the query.`
  if (!hasSeveral) return undefined
  return isHidden(dashboard, panel)
    ? 'Its series cannot be told apart, since the legend is hidden.'
    : undefined
}

function isNameless(panel: DashboardPanel): boolean {
  return shownQueries(panel).some(({ legend }) => legend === undefined)
}

function legendsOf(dashboards: readonly Dashboard[]): { readonly lacking: number; readonly having: number } {
  const panels = dashboards.flatMap((dashboard) => dashboard.panels)
  const queries = panels.filter(({ type }) => type === 'timeseries').flatMap(shownQueries)
  const lacking = queries.filter(({ legend }) => legend === undefined).length
  return { lacking, having: queries.length - lacking }
}

function isHidden(dashboard: Dashboard, panel: DashboardPanel): boolean {
  const { options } = panelModel(dashboard, panel)
  return (
    valueAt(options, 'legend', 'showLegend') === false ||
    textAt(options, 'legend', 'displayMode') === 'hidden'
  )
}

/** Graphs of several queries that hide their legend, and those that show it. */
function hiddenIn(dashboards: readonly Dashboard[]): { readonly lacking: number; readonly having: number } {
  const graphs = dashboards.flatMap((dashboard) =>
    dashboard.panels
      .filter((panel) => panel.type === 'timeseries' && shownQueries(panel).length > 1)
      .map((panel) => isHidden(dashboard, panel)),
  )
  const lacking = graphs.filter(Boolean).length
  return { lacking, having: graphs.length - lacking }
}
