import type { Check } from '../check.ts'
import { catalogChecks } from './catalog/catalog-checks.ts'
import { dashboardChecks } from './dashboards/dashboard-checks.ts'
import { metricChecks } from './metrics/metric-checks.ts'
import { queryChecks } from './queries/query-checks.ts'
import { ruleChecks } from './rules/rule-checks.ts'
import { sourceChecks } from './source/source-checks.ts'

/** All checks there are; findings carry their names. */
export const checks: readonly Check[] = [
  ...metricChecks,
  ...dashboardChecks,
  ...sourceChecks,
  ...queryChecks,
  ...ruleChecks,
  ...catalogChecks,
]
