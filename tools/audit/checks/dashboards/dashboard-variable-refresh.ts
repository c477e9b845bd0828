import type { Dashboard, DashboardVariable } from '../../../dashboards/dashboard.ts'
import { textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'

const check = 'dashboard-variable-refresh'

/** grafana/dashboard-linter calls it template-on-time-change-reload-rule. */
export const dashboardVariableRefresh: Check = {
  name: check,
  description: 'Variables whose values are not asked for again when the time range changes.',
  *run({ dashboards }) {
    const asking = dashboards.flatMap((dashboard) =>
      dashboard.variables
        .filter(({ type }) => type === 'query')
        .map((variable) => ({ dashboard, variable, isFresh: isFresh(dashboard, variable) })),
    )
    const having = asking.filter(({ isFresh }) => isFresh).length
    const isOdd = isOversight({ lacking: asking.length - having, having })
    for (const { dashboard, variable, isFresh } of asking) {
      const { name, line } = variable
      if (!isFresh) {
        yield dashboardFinding(dashboard, {
          check,
          level: isOdd ? 'warning' : 'info',
          reason: `The values of $${name} stay those of the time range that was chosen first.`,
          mend: dashboard.schema === 'v2' ? 'Set refresh to onTimeRangeChanged.' : 'Set refresh to 2.',
          line,
          subject: `$${name}`,
        })
      }
    }
  },
}

function isFresh({ json: whole }: Dashboard, { path }: DashboardVariable): boolean {
  const json = valueAt(whole, ...path)
  // A number in the classic schema, a word in v2.
  const refresh = valueAt(json, 'refresh') ?? textAt(json, 'spec', 'refresh')
  return refresh === 2 || refresh === 'onTimeRangeChanged'
}
