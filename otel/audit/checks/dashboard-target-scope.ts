import { shownQueries } from '../../dashboards/panel-model.ts'
import { variablesIn } from '../../dashboards/variable-uses.ts'
import type { Selector } from '../../promql/expression.ts'
import type { Check } from '../planes.ts'
import { panelFinding } from './dashboard-finding.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-target-scope'

/** grafana/dashboard-linter calls it target-job-rule and target-instance-rule. */
export const dashboardTargetScope: Check = {
  name: check,
  description: 'Queries that do not follow the choice of job or instance that the dashboard offers.',
  *run(planes) {
    for (const dashboard of planes.dashboards) {
      const names = dashboard.variables
        .map(({ name }) => name)
        .filter((name) => name === 'job' || name === 'instance')
      if (names.length === 0) continue
      for (const panel of dashboard.panels) {
        for (const target of shownQueries(panel)) {
          const selectors = queryOf(planes, target)?.selectors ?? []
          for (const name of names) {
            const selector = selectors.find((each) => !follows(each, name))
            if (selector === undefined) continue
            const metric = selector.name?.text ?? 'a selector'
            yield panelFinding(dashboard, panel, {
              check,
              level: 'warning',
              reason: `Query ${target.refId ?? ''} takes ${metric} whatever is chosen for $${name}.`,
              mend: `Add the matcher ${name}=~"$${name}".`,
              target,
              subject: `${metric} ${name}`,
            })
          }
        }
      }
    }
  },
}

/** What recording rules have added up has other labels than the metrics had. */
function follows({ name, matchers, hasUnknownMatchers }: Selector, variable: string): boolean {
  if (hasUnknownMatchers || name?.text.includes(':')) return true
  return matchers.some(
    ({ label, value }) => label.text === variable && variablesIn(value.text).includes(variable),
  )
}
