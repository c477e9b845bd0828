import type { Dashboard, DashboardVariable } from '../../../dashboards/dashboard.ts'
import { variablesIn } from '../../../dashboards/variable-references.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-variable-scope'

/** grafana/dashboard-linter calls it template-job-rule and template-instance-rule. */
export const dashboardVariableScope: Check = {
  name: check,
  description: 'Dashboards in which job or instance cannot be chosen, or only one at a time.',
  *run(inputs) {
    for (const dashboard of inputs.dashboards) {
      if (!dashboard.panels.some(({ targets }) => targets.some(({ expr }) => expr !== undefined))) continue
      for (const name of ['job', 'instance']) {
        const variable =
          dashboard.variables.find((each) => each.name === name) ?? chosenBy(inputs, dashboard, name)
        const mend = `Define it as query variable label_values(…, ${name}), with several values and All.`
        if (variable === undefined) {
          const reason = `There is no variable $${name}, to look at one ${name} among several.`
          yield dashboardFinding(dashboard, { check, level: 'info', reason, mend, subject: `$${name}` })
        } else if (isNarrow(variable)) {
          const alike = inputs.dashboards.flatMap(({ variables }) =>
            variables.filter((each) => each.name === name),
          )
          const lacking = alike.filter(isNarrow).length
          const isOdd = isOversight({ lacking, having: alike.length - lacking })
          const reason = `The variable $${variable.name} does not let choose several and all of what Prometheus knows.`
          yield dashboardFinding(dashboard, {
            check,
            level: isOdd ? 'warning' : 'info',
            reason,
            mend,
            line: variable.line,
            subject: `$${variable.name}`,
          })
        }
      }
    }
  },
}

function isNarrow({ type, isMulti, includesAll }: DashboardVariable): boolean {
  return type !== 'query' || !isMulti || !includesAll
}

/** The variable that matchers of the label use: `instance=~"$node"`. */
function chosenBy(inputs: AuditInputs, dashboard: Dashboard, label: string): DashboardVariable | undefined {
  for (const { targets } of dashboard.panels)
    for (const target of targets)
      for (const { matchers } of queryOf(inputs, target)?.selectors ?? [])
        for (const matcher of matchers) {
          if (matcher.label.text !== label) continue
          const [used] = variablesIn(matcher.value.text)
          const variable = dashboard.variables.find(({ name }) => name === used)
          if (variable !== undefined) return variable
        }
  return undefined
}
