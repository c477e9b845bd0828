import type { Dashboard, DashboardPanel } from '../../../dashboards/dashboard.ts'
import { shownQueries } from '../../../dashboards/panel-model.ts'
import { textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-one-moment'

/** What these draw is how something went over time. */
const overTime = new Set(['timeseries', 'graph', 'state-timeline', 'status-history', 'heatmap'])

export const dashboardOneMoment: Check = {
  name: check,
  description: 'Graphs over time whose query asks for a single moment, so that they show a dot.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (!overTime.has(panel.type) || hasOtherAxis(dashboard, panel)) continue
        for (const target of shownQueries(panel)) {
          if (!target.isInstant) continue
          yield panelFinding(dashboard, panel, {
            check,
            level: 'warning',
            reason: `Query ${target.refId ?? ''} asks for one moment, of which a graph over time shows a dot.`,
            mend: 'Ask for a range: "range": true, "instant": false.',
            target,
            subject: 'instant',
          })
        }
      }
    }
  },
}

/** The older graphs can show a histogram of values, or a bar for each series. */
function hasOtherAxis({ json }: Dashboard, { path }: DashboardPanel): boolean {
  return (textAt(valueAt(json, ...path), 'xaxis', 'mode') ?? 'time') !== 'time'
}
