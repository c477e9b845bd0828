import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'rule-order'

export const ruleOrder: Check = {
  name: check,
  description: 'Rules that use a recording rule further down in their group, or themselves.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'rule') continue
      const { rules } = from.group
      const own = rules.indexOf(from.rule)
      for (const { name, from: at } of query.selectors) {
        const recorded = rules.findIndex((rule) => rule.kind === 'record' && rule.name === name?.text)
        if (
          name === undefined ||
          recorded < own ||
          rules.slice(0, own).some((rule) => rule.kind === 'record' && rule.name === name.text)
        )
          continue
        const isOwn = recorded === own
        yield queryFinding(located, {
          check,
          level: isOwn ? 'error' : 'warning',
          reason: isOwn
            ? `${name.text} is computed from itself.`
            : `${name.text} is recorded further down in the group, so that this sees the value of the evaluation before.`,
          mend: isOwn
            ? 'Use the metrics that it is made of.'
            : `Put the rule for ${name.text} before this one.`,
          about: name.text,
          at,
        })
      }
    }
  },
}
