import type { Matcher, Selector } from '../../promql/expression.ts'
import type { Check, RuleFile } from '../planes.ts'
import { isForgotten } from './forgotten.ts'
import { targetLabels } from './label-knowledge.ts'
import { queryFinding, type ReadQuery, readQueriesOf } from './queries.ts'

const check = 'query-missing-matcher'

export const queryMissingMatcher: Check = {
  name: check,
  description:
    'Rules that select series of every job, where all other rules of the file name the one they are about.',
  *run(planes) {
    const byFile = new Map<RuleFile, Use[]>()
    for (const located of readQueriesOf(planes)) {
      if (located.from.kind !== 'rule') continue
      const uses = byFile.get(located.from.file) ?? []
      byFile.set(located.from.file, uses)
      for (const selector of located.query.selectors) uses.push({ located, selector })
    }
    for (const uses of byFile.values()) yield* missingIn(uses)
  },
}

interface Use {
  readonly located: ReadQuery
  readonly selector: Selector
}

function* missingIn(uses: readonly Use[]) {
  const matchers = uses.flatMap(({ selector }) => selector.matchers.filter(isFixed))
  for (const text of new Set(matchers.map(textOf))) {
    const label = text.split('=', 1)[0]
    // Another value, or a pattern, is a choice.
    const lacking = uses.filter(
      ({ selector }) => !selector.matchers.some((each) => each.label.text === label),
    )
    const having = uses.filter(({ selector }) => selector.matchers.some((each) => textOf(each) === text))
    if (!isForgotten({ lacking: lacking.length, having: having.length })) continue
    for (const { located, selector } of lacking)
      yield queryFinding(located, {
        check,
        level: 'warning',
        reason: `${selector.name?.text ?? 'A selector'} is taken from every ${label}; the other ${having.length} selectors of the file say ${text}.`,
        mend: `Add ${text}.`,
        about: `${selector.name?.text ?? ''} ${label}`,
        at: selector.from,
      })
  }
}

function isFixed({ label, operator, value }: Matcher): boolean {
  return operator === '=' && targetLabels.has(label.text) && value.text !== ''
}

function textOf({ label, operator, value }: Matcher): string {
  return `${label.text}${operator}${JSON.stringify(value.text)}`
}
