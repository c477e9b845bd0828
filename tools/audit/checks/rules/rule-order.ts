import type { Rule, RuleGroup } from '../../../rules/rule-file.ts'
import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'rule-order'

export const ruleOrder: Check = {
  name: check,
  description: 'Rules that use a recording rule further down in their group, or themselves.',
  *run(inputs) {
    const firstRecordings = new Map<RuleGroup, FirstRecordings>()
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'rule') continue
      const first = firstRecordings.get(from.group) ?? firstRecordingsOf(from.group)
      firstRecordings.set(from.group, first)
      const own = first.placeOf.get(from.rule) ?? 0
      for (const { name, from: at } of query.selectors) {
        const recorded = first.byName.get(name?.text ?? '')
        if (name === undefined || recorded === undefined || recorded < own) continue
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

interface FirstRecordings {
  readonly placeOf: ReadonlyMap<Rule, number>
  /** Where in the group a name is recorded for the first time. */
  readonly byName: ReadonlyMap<string, number>
}

function firstRecordingsOf({ rules }: RuleGroup): FirstRecordings {
  const recordings = [...rules.entries()].filter(([, { kind }]) => kind === 'record')
  return {
    placeOf: new Map(rules.map((rule, place) => [rule, place])),
    byName: new Map(recordings.toReversed().map(([place, { name }]) => [name, place])),
  }
}
