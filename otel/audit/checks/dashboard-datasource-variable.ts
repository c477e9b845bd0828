import type { Check } from '../planes.ts'
import { dashboardFinding } from './dashboard-finding.ts'

const check = 'dashboard-datasource-variable'

/** grafana/dashboard-linter calls it template-datasource-rule. */
export const dashboardDatasourceVariable: Check = {
  name: check,
  description: 'Dashboards in which the data source cannot be chosen.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      if (dashboard.variables.some(({ type }) => type === 'datasource')) continue
      if (!dashboard.panels.some(({ targets }) => targets.length > 0)) continue
      const reason = 'There is no variable for the data source; in another Grafana the panels find none.'
      const mend = 'Add a data source variable named datasource, and use it in every panel.'
      yield dashboardFinding(dashboard, { check, level: 'info', reason, mend })
    }
  },
}
