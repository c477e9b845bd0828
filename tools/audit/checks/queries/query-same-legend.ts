import type { DashboardTarget } from '../../../dashboards/dashboard.ts'
import { shownQueries } from '../../../dashboards/panel-model.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { queryOf } from '../dashboards/dashboard-queries.ts'

const check = 'query-same-legend'

export const querySameLegend: Check = {
  name: check,
  description: 'Two queries of a panel that call their series the same.',
  *run(inputs) {
    if (!inputs.inventory.isComplete) return
    for (const dashboard of inputs.dashboards) {
      for (const panel of dashboard.panels) {
        const seen = new Set<string>()
        for (const target of shownQueries(panel)) {
          const { legend = '' } = target
          // Of a metric and its former name, one finds nothing, and both may be called the same.
          if (legend === '' || legend === '__auto' || legend.includes('{{') || !isKnown(inputs, target))
            continue
          if (seen.has(legend))
            yield panelFinding(dashboard, panel, {
              check,
              level: 'warning',
              reason: `Query ${target.refId ?? ''} is called ${JSON.stringify(legend)}, as another query of the panel is.`,
              mend: 'Say in the legends what tells the two apart.',
              target,
              subject: legend,
            })
          seen.add(legend)
        }
      }
    }
  },
}

function isKnown(inputs: AuditInputs, target: DashboardTarget): boolean {
  const query = queryOf(inputs, target)
  return query?.selectors.every(({ name }) => name && inputs.inventory.ofSeries(name.text)) ?? false
}
