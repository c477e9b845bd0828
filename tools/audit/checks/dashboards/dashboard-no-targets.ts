import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-no-targets'

/** grafana/dashboard-linter calls it panel-no-targets-rule. */
export const dashboardNoTargets: Check = {
  name: check,
  description: 'Panels that show data but have no query, only hidden ones, or an empty one.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (withoutData.has(panel.type) || panel.library !== undefined) continue
        const mend = 'Write the query, or remove the panel.'
        if (panel.targets.length === 0) {
          yield panelFinding(dashboard, panel, { check, level: 'warning', reason: 'It has no query.', mend })
        } else if (panel.targets.every(({ isHidden }) => isHidden)) {
          const reason = 'All its queries are hidden, so that it shows nothing.'
          yield panelFinding(dashboard, panel, { check, level: 'warning', reason, mend: 'Show one of them.' })
        }
        for (const target of panel.targets.filter((target) => target.isEmpty)) {
          const reason = `Its query ${target.refId ?? ''} is empty.`
          yield panelFinding(dashboard, panel, { check, level: 'warning', reason, mend, target })
        }
      }
    }
  },
}

/** Panels that show something else than data. */
const withoutData = new Set(
  'alertlist annolist canvas dashlist debug gettingstarted news row text welcome'.split(' '),
)
