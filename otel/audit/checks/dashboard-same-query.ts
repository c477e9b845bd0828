import type { Dashboard, DashboardPanel } from '../../dashboards/dashboard.ts'
import { shownQueries } from '../../dashboards/panel-model.ts'
import type { Check } from '../planes.ts'
import { panelFinding, panelName } from './dashboard-finding.ts'

const check = 'dashboard-same-query'

/** Who sees the same numbers twice has to see them the same. */
export const dashboardSameQuery: Check = {
  name: check,
  description: 'Panels of the same kind and queries that differ in unit or thresholds.',
  *run({ dashboards }) {
    const first = new Map<string, { dashboard: Dashboard; panel: DashboardPanel }>()
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        const queries = shownQueries(panel)
        if (queries.length === 0) continue
        const key = JSON.stringify([panel.type, ...queries.map(({ expr }) => expr)])
        const other = first.get(key)
        if (other === undefined) {
          first.set(key, { dashboard, panel })
          continue
        }
        const difference = differenceOf(other.panel, panel)
        if (difference === undefined) continue
        yield panelFinding(dashboard, panel, {
          check,
          level: 'warning',
          reason: `"${panelName(other.panel)}" in ${other.dashboard.file} shows the same with other ${difference}.`,
          mend: `Give both the same ${difference}.`,
          subject: difference,
        })
      }
    }
  },
}

function differenceOf(one: DashboardPanel, other: DashboardPanel): string | undefined {
  if (one.unit !== other.unit) return 'units'
  return JSON.stringify(one.thresholds) === JSON.stringify(other.thresholds) ? undefined : 'thresholds'
}
