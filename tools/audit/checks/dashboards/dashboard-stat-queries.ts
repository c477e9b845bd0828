import { panelModel, shownQueries } from '../../../dashboards/panel-model.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-stat-queries'

export const dashboardStatQueries: Check = {
  name: check,
  description: 'Stat and gauge panels with several queries, whose numbers are told apart by nothing.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (panel.type !== 'stat' && panel.type !== 'gauge') continue
        const queries = shownQueries(panel)
        // With legends the numbers have names; a transformation makes one number of several.
        if (queries.length < 2 || queries.every(({ legend }) => legend !== undefined)) continue
        if (panelModel(dashboard, panel).transformations.length > 0) continue
        const reason = `It shows ${queries.length} queries, and not all have a legend.`
        const mend = 'Give each query a legend, or a panel of its own.'
        yield panelFinding(dashboard, panel, { check, level: 'info', reason, mend })
      }
    }
  },
}
