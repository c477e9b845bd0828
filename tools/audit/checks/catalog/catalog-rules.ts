import type { Rule, RuleFile } from '../../../rules/rule-file.ts'
import type { AuditInputs } from '../../check.ts'
import type { Expected } from '../../expected.ts'
import { type LocatedRule, rulesOf } from '../rules/rule-listing.ts'
import { type RuleFault, ruleFaults } from './catalog-rule-faults.ts'

/** A rule of the catalog that is there. */
export interface RulePair {
  readonly is: LocatedRule
  readonly shouldBe: Rule
  readonly faults: readonly RuleFault[]
}

/** The rules of one component, as they were found. */
export interface ComponentRules {
  /** The name of the component, and of the group of its rules. */
  readonly name: string
  readonly pairs: readonly RulePair[]
  readonly missing: readonly Rule[]
}

/**
 * Finds the rules of the catalog among those that were read. Where one is there several times, for several severities or
 * services, the one counts that is most like the catalog's.
 */
export function catalogRules(
  inputs: AuditInputs,
  { rules }: Pick<Expected, 'rules'>,
): readonly ComponentRules[] {
  const byName = Map.groupBy(rulesOf(inputs), ({ rule }) => `${rule.kind} ${rule.name}`)
  return rules.flatMap(({ groups }: RuleFile) =>
    groups.map((group) => {
      const pairs: RulePair[] = []
      const missing: Rule[] = []
      for (const shouldBe of group.rules) {
        const found = byName.get(`${shouldBe.kind} ${shouldBe.name}`) ?? []
        const [closest] = found
          .map((is) => ({ is, shouldBe, faults: ruleFaults(is.rule, shouldBe) }))
          .sort((a, b) => a.faults.length - b.faults.length)
        if (closest) pairs.push(closest)
        else missing.push(shouldBe)
      }
      return { name: group.name, pairs, missing }
    }),
  )
}
