import type { DashboardTarget } from '../../../dashboards/dashboard.ts'
import { shownQueries } from '../../../dashboards/panel-model.ts'
import type { Check, Planes } from '../../planes.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { queryOf } from '../dashboards/dashboard-queries.ts'

const check = 'query-same-legend'

export const querySameLegend: Check = {
  name: check,
  description: 'Two queries of a panel that call their series the same.',
  *run(planes) {
    if (!planes.inventory.isComplete) return
    for (const dashboard of planes.dashboards) {
      for (const panel of dashboard.panels) {
        const seen = new Set<string>()
        for (const target of shownQueries(panel)) {
          const { legend = '' } = target
          // Of a metric and its former name, one finds nothing, and both may be called the same.
          if (legend === '' || legend === '__auto' || legend.includes('{{') || !isKnown(planes, target))
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

function isKnown(planes: Planes, target: DashboardTarget): boolean {
  const query = queryOf(planes, target)
  return query?.selectors.every(({ name }) => name && planes.inventory.ofSeries(name.text)) ?? false
}
