import type { Check } from '../planes.ts'
import { catalogChecks } from './catalog-checks.ts'
import { dashboardChecks } from './dashboard-checks.ts'
import { metricChecks } from './metric-checks.ts'
import { queryChecks } from './query-checks.ts'
import { ruleChecks } from './rule-checks.ts'
import { sourceChecks } from './source-checks.ts'

/** All checks there are; findings carry their names. */
export const checks: readonly Check[] = [
  ...metricChecks,
  ...dashboardChecks,
  ...sourceChecks,
  ...queryChecks,
  ...ruleChecks,
  ...catalogChecks,
]
