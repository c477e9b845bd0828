import type { Check } from '../../check.ts'
import { ruleFinding, rulesOf } from '../rules/rule-listing.ts'
import { meaning } from './catalog-query.ts'
import { catalogRules } from './catalog-rules.ts'

const check = 'catalog-rule-unknown'

/** Rules of one's own are known by their groups, and by what they do not carry. */
export const catalogRuleUnknown: Check = {
  name: check,
  description: 'Rules among the generated ones, or with their runbook, that the catalog does not declare.',
  *run(inputs) {
    const { expected } = inputs
    if (expected === undefined) return
    const groups = expected.rules.flatMap(({ groups }) => groups)
    const declared = new Set(groups.flatMap(({ rules }) => rules.map(({ kind, name }) => `${kind} ${name}`)))
    // One that asks what a missing one would was renamed, which is told where that one is missed.
    const missed = new Set(
      catalogRules(inputs, expected).flatMap(({ missing }) =>
        missing.map(({ expr }) => meaning(expr, 'none')),
      ),
    )
    for (const located of rulesOf(inputs)) {
      const { group, rule } = located
      if (declared.has(`${rule.kind} ${rule.name}`) || expected.switchedOff.has(rule.name)) continue
      if (missed.has(meaning(rule.expr, 'none'))) continue
      const isAmong =
        groups.some(({ name }) => name === group.name) &&
        group.rules.some(({ kind, name }) => declared.has(`${kind} ${name}`))
      const runbook = `${expected.runbooks}#${rule.name.toLowerCase()}`
      if (!isAmong && rule.annotations.get('runbook_url') !== runbook) continue
      yield ruleFinding(located, {
        check,
        level: 'warning',
        reason: isAmong
          ? `The group ${group.name} is generated from the catalog, which declares no ${rule.name}.`
          : `It links to the runbook of a generated alert, but the catalog declares no ${rule.name}.`,
        mend: `If the catalog declared it once, delete it; \`${expected.command}\` would. If it is yours, move it to a file of its own.`,
      })
    }
  },
}
