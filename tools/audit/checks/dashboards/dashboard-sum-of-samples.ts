import { panelModel, shownQueries } from '../../../dashboards/panel-model.ts'
import { listAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-sum-of-samples'

export const dashboardSumOfSamples: Check = {
  name: check,
  description:
    'Panels that sum the points of a rate or a state: the number grows with the resolution of the graph.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (!/^(stat|gauge|bargauge|piechart)$/.test(panel.type)) continue
        const { options } = panelModel(dashboard, panel)
        if (!listAt(options, 'reduceOptions', 'calcs').includes('sum')) continue
        const target = shownQueries(panel).find(({ expr, isInstant }) => !isInstant && !grows.test(expr))
        if (target === undefined) continue
        yield panelFinding(dashboard, panel, {
          check,
          level: 'warning',
          reason: `It adds up all points of query ${target.refId ?? ''}: the finer the graph, the greater the number.`,
          mend: 'Show the last value, or ask for increase(…[$__range]) at one moment.',
          target,
          subject: 'sum',
        })
      }
    }
  },
}

/** What happened in each step can be added up. */
const grows = /\b(increase|delta|idelta|changes|resets|count_over_time|sum_over_time)\s*\(/
