import { textAt, valueAt } from '../../dashboards/value-at.ts'
import type { Check } from '../planes.ts'
import { dashboardFinding } from './dashboard-finding.ts'

const check = 'dashboard-variable-refresh'

/** grafana/dashboard-linter calls it template-on-time-change-reload-rule. */
export const dashboardVariableRefresh: Check = {
  name: check,
  description: 'Variables whose values are not asked for again when the time range changes.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const { name, type, path, line } of dashboard.variables) {
        if (type !== 'query') continue
        const json = valueAt(dashboard.json, ...path)
        // A number in the classic schema, a word in v2.
        const refresh = valueAt(json, 'refresh') ?? textAt(json, 'spec', 'refresh')
        if (refresh === 2 || refresh === 'onTimeRangeChanged') continue
        yield dashboardFinding(dashboard, {
          check,
          level: 'info',
          reason: `The values of $${name} stay those of the time range that was chosen first.`,
          mend: dashboard.schema === 'v2' ? 'Set refresh to onTimeRangeChanged.' : 'Set refresh to 2.',
          line,
          subject: `$${name}`,
        })
      }
    }
  },
}
