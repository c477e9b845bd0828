import type { Check } from '../../check.ts'
import { catalogDashboard } from './catalog-dashboard.ts'
import { catalogDashboardMissing } from './catalog-dashboard-missing.ts'
import { catalogLayout } from './catalog-layout.ts'
import { catalogPanel } from './catalog-panel.ts'
import { catalogPanelMissing } from './catalog-panel-missing.ts'
import { catalogPanelUnknown } from './catalog-panel-unknown.ts'
import { catalogRule } from './catalog-rule.ts'
import { catalogRuleMissing } from './catalog-rule-missing.ts'
import { catalogRuleUnknown } from './catalog-rule-unknown.ts'

/** The checks whether dashboards and rules are what follows from the catalog. */
export const catalogChecks: readonly Check[] = [
  catalogDashboard,
  catalogDashboardMissing,
  catalogLayout,
  catalogPanel,
  catalogPanelMissing,
  catalogPanelUnknown,
  catalogRule,
  catalogRuleMissing,
  catalogRuleUnknown,
]
