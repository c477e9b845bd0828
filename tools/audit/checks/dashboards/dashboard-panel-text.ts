import type { DashboardPanel } from '../../../dashboards/dashboard.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'

const check = 'dashboard-panel-text'

/** grafana/dashboard-linter calls it panel-title-description-rule. */
export const dashboardPanelText: Check = {
  name: check,
  description: 'Panels without a title or a description.',
  *run({ dashboards }) {
    const described = countOf(dashboards.flatMap(({ panels }) => panels))
    const isOdd = isOversight(described)
    for (const dashboard of dashboards) {
      // Where none has any, that was a choice.
      const level = isOdd && countOf(dashboard.panels).having > 0 ? 'warning' : 'info'
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
            level,
            reason:
              level === 'info'
                ? 'It has no description.'
                : 'It has no description, as nearly all others have.',
            mend,
          })
        }
      }
    }
  },
}

function countOf(panels: readonly DashboardPanel[]): { lacking: number; having: number } {
  const all = panels.filter(({ library, type }) => library === undefined && type !== 'text')
  const having = all.filter(({ description }) => (description ?? '').trim() !== '').length
  return { lacking: all.length - having, having }
}
