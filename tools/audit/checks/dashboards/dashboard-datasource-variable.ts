import type { Dashboard, DashboardVariable } from '../../../dashboards/dashboard.ts'
import { textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-datasource-variable'

/** grafana/dashboard-linter calls it template-datasource-rule. */
export const dashboardDatasourceVariable: Check = {
  name: check,
  description:
    'Dashboards in which the data source cannot be chosen, or by a variable of another name than is usual.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      const sources = dashboard.variables.filter(({ type }) => type === 'datasource')
      if (sources.length === 0 && dashboard.panels.some(({ targets }) => targets.length > 0)) {
        const reason = 'There is no variable for the data source; in another Grafana the panels find none.'
        const mend = 'Add a data source variable named datasource, and use it in every panel.'
        yield dashboardFinding(dashboard, { check, level: 'info', reason, mend })
      }
      for (const source of sources) {
        const reason = unusual(dashboard, source, sources.length === 1)
        if (reason === undefined) continue
        const mend = reason.includes('labelled')
          ? 'Label it "Data source".'
          : 'Dashboards that are linked hand on their choice by the name of the variable; name all alike.'
        const { line, name } = source
        yield dashboardFinding(dashboard, { check, level: 'info', reason, mend, line, subject: `$${name}` })
      }
    }
  },
}

/** What the linter asks for: `datasource` for the only one, otherwise `prometheus_datasource`, and a label alike. */
function unusual(
  { json }: Dashboard,
  { name, query = '', path }: DashboardVariable,
  isOnly: boolean,
): string | undefined {
  const kind = query.toLowerCase()
  const names = [...(isOnly ? ['datasource'] : []), `${kind}_datasource`]
  if (!names.includes(name))
    return `The data source variable is called ${name} rather than ${names.join(' or ')}.`
  const raw = valueAt(json, ...path)
  const label = textAt(raw, 'label') ?? textAt(raw, 'spec', 'label')
  const labels = [...(isOnly ? ['data source'] : []), `${kind} data source`]
  return labels.includes(label?.toLowerCase() ?? '')
    ? undefined
    : `The data source variable is labelled "${label ?? name}" rather than "Data source".`
}
