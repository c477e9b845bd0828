import type { Matcher } from '../../../promql/expression.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { isOversight } from '../oversight.ts'
import { queryFinding, type ReadQuery, readQueriesOf } from '../queries.ts'
import { targetLabels } from './label-knowledge.ts'

const check = 'query-turned-matcher'

export const queryTurnedMatcher: Check = {
  name: check,
  description:
    'Matchers that leave out what the variable of the dashboard chose, or what all other rules select.',
  *run(inputs) {
    const selected = selectedInRules(inputs)
    for (const located of readQueriesOf(inputs)) {
      for (const { matchers } of located.query.selectors) {
        for (const matcher of matchers) {
          const { label, operator, value, from } = matcher
          if (!operator.startsWith('!')) continue
          const isChoice = value.isVariable && choiceOf(located, matcher)
          const others = value.isVariable ? 0 : (selected.get(keyOf(matcher)) ?? 0)
          if (!isChoice && !isOversight({ lacking: 1, having: others })) continue
          yield queryFinding(located, {
            check,
            level: 'warning',
            reason: isChoice
              ? `It shows every ${label.text} but the one that is chosen.`
              : `It leaves out ${label.text} ${JSON.stringify(value.text)}, which ${others} other queries select.`,
            mend: `Write ${label.text}${operator === '!=' ? '=' : '=~'}${JSON.stringify(value.text)}.`,
            about: `${label.text}${operator}`,
            at: from,
          })
        }
      }
    }
  },
}

/** A variable that is called as the label offers what is to be seen; what is to be left out has other names. */
function choiceOf({ from }: ReadQuery, { label, value }: Matcher): boolean {
  if (from.kind === 'rule') return false
  const name = /^(?:\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\])$/.exec(value.text)?.slice(1).find(Boolean)
  return name === label.text
}

function selectedInRules(inputs: AuditInputs): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { from, query } of readQueriesOf(inputs)) {
    if (from.kind !== 'rule') continue
    for (const matcher of query.selectors.flatMap(({ matchers }) => matchers)) {
      if (matcher.operator.startsWith('!') || !targetLabels.has(matcher.label.text)) continue
      counts.set(keyOf(matcher), (counts.get(keyOf(matcher)) ?? 0) + 1)
    }
  }
  return counts
}

function keyOf({ label, value }: Matcher): string {
  return `${label.text} ${value.text}`
}
