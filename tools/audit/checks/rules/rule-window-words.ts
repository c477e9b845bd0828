import type { Expression } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import { type RecordedQuery, recordedQueries } from '../queries/recorded-queries.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'rule-window-words'

export const ruleWindowWords: Check = {
  name: check,
  description:
    'Alerts whose text names another time window than the query: 15 minutes in the text, an hour in the query.',
  *run(inputs) {
    const recorded = recordedQueries(inputs)
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'rule' || from.rule.kind !== 'alert') continue
      const ranges = rangesOf(query.expression, recorded)
      const known = [...ranges, ...(from.rule.forMs === undefined ? [] : [from.rule.forMs])]
      if (known.length === 0) continue
      for (const [key, text] of from.rule.annotations) {
        const said = spokenOf(text).find(({ ms }) => !known.includes(ms))
        if (said === undefined) continue
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `Its ${key} says ${JSON.stringify(said.text)}; it looks at ${known.map(inWords).join(' and ')}.`,
          mend: 'Correct the text, the range or the for.',
          about: key,
        })
      }
    }
  },
}

function rangesOf(
  expression: Expression,
  recorded: RecordedQuery,
  seen: readonly string[] = [],
): readonly number[] {
  const found = new Set<number>()
  walk(expression, (each) => {
    if (each.kind === 'subquery' && each.range.ms !== undefined) found.add(each.range.ms)
    if (each.kind !== 'selector') return
    if (each.range?.ms !== undefined) found.add(each.range.ms)
    if (each.offset?.ms !== undefined) found.add(each.offset.ms)
    const name = each.name?.text ?? ''
    const query = seen.includes(name) ? undefined : recorded(name)
    if (query) for (const ms of rangesOf(query, recorded, [...seen, name])) found.add(ms)
  })
  return [...found]
}

const numbers = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const unitMs: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}
const spoken = new RegExp(
  `\\b(?:last|past|within|over|for|in) (?:the (?:last|past) )?(\\d+|${numbers.join('|')}) (second|minute|hour|day|week)s?\\b`,
  'gi',
)

/** Times that a text speaks of as the ones that are looked at. */
function spokenOf(text: string): readonly { readonly text: string; readonly ms: number }[] {
  return [...text.matchAll(spoken)].map(([whole, count = '', unit = '']) => {
    const word = numbers.indexOf(count.toLowerCase())
    return { text: whole, ms: (word < 0 ? Number(count) : word) * (unitMs[unit.toLowerCase()] ?? 0) }
  })
}

function inWords(ms: number): string {
  const [unit = 'second', size = 1000] =
    Object.entries(unitMs).findLast(([, each]) => ms >= each && ms % each === 0) ?? []
  return `${ms / size} ${unit}${ms === size ? '' : 's'}`
}
