import type { Dashboard, DashboardPanel } from '../../../dashboards/dashboard.ts'
import { shownQueries } from '../../../dashboards/panel-model.ts'
import { valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding, panelName } from '../dashboard-finding.ts'

const check = 'dashboard-panel-twice'

/** A panel is copied, given a new title, and its query is forgotten. */
export const dashboardPanelTwice: Check = {
  name: check,
  description:
    'Two panels of a dashboard that are the same but for title and place: a copy that was not changed.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      const first = new Map<string, DashboardPanel>()
      for (const panel of dashboard.panels) {
        if (shownQueries(panel).length === 0) continue
        const content = contentOf(dashboard, panel)
        const other = first.get(content)
        if (other === undefined) first.set(content, panel)
        else
          yield panelFinding(dashboard, panel, {
            check,
            level: 'warning',
            reason: `It shows what "${panelName(other)}" in line ${other.line} shows, in the same way.`,
            mend: 'Change the query of the copy, or remove one of the two.',
          })
      }
    }
  },
}

/** All of it but what tells where it stands and how it is called. */
function contentOf({ json }: Dashboard, { path }: DashboardPanel): string {
  const ownKeys = new Set(['id', 'gridPos', 'title', 'description'])
  return JSON.stringify(valueAt(json, ...path), (key, value) => (ownKeys.has(key) ? undefined : value))
}
