import type { Check } from '../planes.ts'
import { catalogRule } from './catalog-rule.ts'
import { catalogRuleMissing } from './catalog-rule-missing.ts'

/** The checks whether dashboards and rules are what follows from the catalog. */
export const catalogChecks: readonly Check[] = [catalogRule, catalogRuleMissing]
