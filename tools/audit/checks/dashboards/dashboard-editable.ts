import { valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-editable'

/** grafana/dashboard-linter calls it uneditable-dashboard-rule. */
export const dashboardEditable: Check = {
  name: check,
  description: 'Dashboards that can be edited in Grafana, although they are kept as files.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      if (valueAt(dashboard.json, ...dashboard.bodyPath, 'editable') === false) continue
      const reason = 'The dashboard can be edited in Grafana, and the next import loses the changes.'
      yield dashboardFinding(dashboard, { check, level: 'info', reason, mend: 'Set editable to false.' })
    }
  },
}
