import type { Matcher, Selector } from '../../../promql/expression.ts'
import type { RuleFile } from '../../../rules/rule-file.ts'
import type { Check } from '../../check.ts'
import { isOversight } from '../oversight.ts'
import { queryFinding, type ReadQuery, readQueriesOf } from '../queries.ts'
import { targetLabels } from './label-knowledge.ts'

const check = 'query-missing-matcher'

export const queryMissingMatcher: Check = {
  name: check,
  description:
    'Rules that select series of every job, where nearly all other rules name the one they are about.',
  *run(inputs) {
    const selectors: LocatedSelector[] = []
    for (const located of readQueriesOf(inputs)) {
      if (located.from.kind !== 'rule') continue
      const { file } = located.from
      for (const selector of located.query.selectors) selectors.push({ file, located, selector })
    }
    const told = new Set<Selector>()
    // Small files are held against all others, large ones against their own habits.
    for (const group of [...Map.groupBy(selectors, ({ file }) => file).values(), selectors]) {
      for (const { located, selector, label, text, having } of missingIn(group)) {
        if (told.has(selector)) continue
        told.add(selector)
        const name = selector.name?.text ?? 'A selector'
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `${name} is taken from every ${label}; ${having} other selectors of the rules say ${text}.`,
          mend: `Add ${text}.`,
          about: `${selector.name?.text ?? ''} ${label}`,
          at: selector.from,
        })
      }
    }
  },
}

interface LocatedSelector {
  readonly file: RuleFile
  readonly located: ReadQuery
  readonly selector: Selector
}

interface Missing extends LocatedSelector {
  readonly label: string
  readonly text: string
  /** How many others have it. */
  readonly having: number
}

function missingIn(selectors: readonly LocatedSelector[]): readonly Missing[] {
  const matchers = selectors.flatMap(({ selector }) => selector.matchers.filter(isFixed))
  return [...new Set(matchers.map(textOf))].flatMap((text) => {
    const [label = ''] = text.split('=', 1)
    // Another value, or a pattern, is a choice.
    const lacking = selectors.filter(
      ({ selector }) => !selector.matchers.some((each) => each.label.text === label),
    )
    const having = selectors.filter(({ selector }) =>
      selector.matchers.some((each) => textOf(each) === text),
    ).length
    return isOversight({ lacking: lacking.length, having })
      ? lacking.map((use) => ({ ...use, label, text, having }))
      : []
  })
}

function isFixed({ label, operator, value }: Matcher): boolean {
  return operator === '=' && targetLabels.has(label.text) && value.text !== ''
}

function textOf({ label, operator, value }: Matcher): string {
  return `${label.text}${operator}${JSON.stringify(value.text)}`
}
