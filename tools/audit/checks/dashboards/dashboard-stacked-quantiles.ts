import { panelModel, shownQueries } from '../../../dashboards/panel-model.ts'
import { textAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-stacked-quantiles'

export const dashboardStackedQuantiles: Check = {
  name: check,
  description: 'Graphs that draw quantiles on top of each other, as if they added up to something.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (panel.type !== 'timeseries') continue
        const mode = textAt(panelModel(dashboard, panel).defaults, 'custom', 'stacking', 'mode')
        const quantile = shownQueries(panel).find(({ expr }) => notAdding.test(expr))
        if (mode !== 'normal' || quantile === undefined) continue
        const [, what = ''] = notAdding.exec(quantile.expr) ?? []
        yield panelFinding(dashboard, panel, {
          check,
          level: 'warning',
          reason: `It stacks what query ${quantile.refId ?? ''} returns, and the results of ${what} do not add up to anything.`,
          mend: 'Turn stacking off.',
          target: quantile,
          subject: 'stacking',
        })
      }
    }
  },
}

const notAdding = /^\s*\(*\s*(histogram_quantile|quantile)\b/
