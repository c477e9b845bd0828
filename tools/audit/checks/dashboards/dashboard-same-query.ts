import type { Dashboard, DashboardPanel } from '../../../dashboards/dashboard.ts'
import { shownQueries } from '../../../dashboards/panel-model.ts'
import { showsThresholds } from '../../../dashboards/shows-thresholds.ts'
import type { Check } from '../../check.ts'
import { panelFinding, panelName } from '../dashboard-finding.ts'

const check = 'dashboard-same-query'

/** Who sees the same numbers twice has to see them the same. */
export const dashboardSameQuery: Check = {
  name: check,
  description: 'Panels of the same kind and queries that differ in unit or thresholds.',
  *run({ dashboards }) {
    const first = new Map<string, Shown>()
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
        const difference = differenceOf(other, { dashboard, panel })
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

interface Shown {
  readonly dashboard: Dashboard
  readonly panel: DashboardPanel
}

function differenceOf(one: Shown, other: Shown): string | undefined {
  if (one.panel.unit !== other.panel.unit) return 'units'
  if (JSON.stringify(one.panel.thresholds) === JSON.stringify(other.panel.thresholds)) return undefined
  const isSeen = [one, other].some(({ dashboard, panel }) => showsThresholds(dashboard, panel))
  return isSeen ? 'thresholds' : undefined
}
