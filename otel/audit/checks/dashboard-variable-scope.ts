import type { Check } from '../planes.ts'
import { dashboardFinding } from './dashboard-finding.ts'

const check = 'dashboard-variable-scope'

/** grafana/dashboard-linter calls it template-job-rule and template-instance-rule. */
export const dashboardVariableScope: Check = {
  name: check,
  description: 'Dashboards in which job or instance cannot be chosen, or only one at a time.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      if (!dashboard.panels.some(({ targets }) => targets.some(({ expr }) => expr !== undefined))) continue
      for (const name of ['job', 'instance']) {
        const variable = dashboard.variables.find((each) => each.name === name)
        const mend = `Define it as query variable label_values(…, ${name}), with several values and All.`
        if (variable === undefined) {
          const reason = `There is no variable $${name}, to look at one ${name} among several.`
          yield dashboardFinding(dashboard, { check, level: 'info', reason, mend, subject: `$${name}` })
        } else if (variable.type !== 'query' || !variable.isMulti || !variable.includesAll) {
          const reason = `The variable $${name} does not let choose several and all of what Prometheus knows.`
          yield dashboardFinding(dashboard, {
            check,
            level: 'info',
            reason,
            mend,
            line: variable.line,
            subject: `$${name}`,
          })
        }
      }
    }
  },
}
