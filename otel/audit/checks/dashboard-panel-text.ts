import type { Check } from '../planes.ts'
import { panelFinding } from './dashboard-finding.ts'

const check = 'dashboard-panel-text'

/** grafana/dashboard-linter calls it panel-title-description-rule. */
export const dashboardPanelText: Check = {
  name: check,
  description: 'Panels without a title or a description.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (panel.library !== undefined || panel.type === 'text') continue
        if (panel.title.trim() === '') {
          const mend = 'Name what it shows in a few words.'
          yield panelFinding(dashboard, panel, { check, level: 'warning', reason: 'It has no title.', mend })
        }
        if ((panel.description ?? '').trim() === '') {
          const mend = 'Say in a sentence what is shown and when to worry.'
          yield panelFinding(dashboard, panel, {
            check,
            level: 'info',
            reason: 'It has no description.',
            mend,
          })
        }
      }
    }
  },
}
