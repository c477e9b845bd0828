import type { Dashboard, DashboardPanel, DashboardTarget } from '../../../dashboards/dashboard.ts'
import { panelModel } from '../../../dashboards/panel-model.ts'
import { stringsIn, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-hidden-query'

export const dashboardHiddenQuery: Check = {
  name: check,
  description: 'Queries that are hidden and that no expression or transformation of their panel uses.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        // A panel without any shown query has a finding of its own.
        if (panel.targets.every(({ isHidden }) => isHidden)) continue
        for (const target of panel.targets) {
          if (!target.isHidden || isUsed(dashboard, panel, target)) continue
          const reason = `Query ${target.refId ?? ''} is hidden, and nothing uses its result.`
          const mend = 'Show it, or remove it.'
          yield panelFinding(dashboard, panel, {
            check,
            level: 'info',
            reason,
            mend,
            target,
            subject: `query ${target.refId ?? ''}`,
          })
        }
      }
    }
  },
}

/** Expressions of Grafana name queries by `$A` or as `A`; transformations by `A`. */
function isUsed(dashboard: Dashboard, panel: DashboardPanel, { refId, path }: DashboardTarget): boolean {
  if (refId === undefined) return false
  const others = panel.targets
    .filter((target) => target.path !== path && target.expr === undefined)
    .map((target) => valueAt(dashboard.json, ...target.path))
  const { transformations, overrides } = panelModel(dashboard, panel)
  const name = new RegExp(`(^|[^\\w])\\$?\\{?${RegExp.escape(refId)}\\}?($|[^\\w])`)
  return stringsIn([...others, transformations, overrides]).some((text) => name.test(text))
}
