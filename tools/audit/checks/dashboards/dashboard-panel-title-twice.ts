import type { Check } from '../../check.ts'
import { panelFinding, panelName } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'

const check = 'dashboard-panel-title-twice'

/** People and reports speak of panels by their titles. */
export const dashboardPanelTitleTwice: Check = {
  name: check,
  description: 'Two panels of the same title in the same row of a dashboard.',
  *run({ dashboards }) {
    const names = dashboards.map(({ panels }) => panels.map(panelName))
    const having = names.reduce((sum, each) => sum + new Set(each).size, 0)
    const isOdd = isOversight({ lacking: names.flat().length - having, having })
    for (const dashboard of dashboards) {
      const seen = new Map<string, number>()
      for (const panel of dashboard.panels) {
        if (panel.title === '') continue
        const name = panelName(panel)
        const first = seen.get(name)
        if (first === undefined) seen.set(name, panel.line)
        else {
          const reason = `Another panel, in line ${first}, has the same title.`
          const mend = 'Say in the titles what sets the two apart, or remove one.'
          yield panelFinding(dashboard, panel, { check, level: isOdd ? 'warning' : 'info', reason, mend })
        }
      }
    }
  },
}
