import { type Binary, type Expression, setOperators } from '../../../promql/expression.ts'
import type { Check } from '../../check.ts'
import { queryFinding, type ReadQuery, type RuleQuery, readQueriesOf } from '../queries.ts'

const check = 'rule-severity-order'

export const ruleSeverityOrder: Check = {
  name: check,
  description:
    'Alerts on one number whose bounds contradict each other: the more severe one fires earlier, or one of them always fires.',
  *run(inputs) {
    const alerts = readQueriesOf(inputs).flatMap(bounded)
    for (const ladder of Map.groupBy(alerts, ({ of }) => of).values()) {
      for (const [index, one] of ladder.entries()) {
        for (const other of ladder.slice(index + 1)) {
          const reason = contradiction(one, other)
          if (reason === undefined) continue
          yield queryFinding(other.located, {
            check,
            level: 'warning',
            reason,
            mend: 'Correct the comparison or the bound of one of the two.',
            about: one.name,
            at: other.at,
          })
        }
      }
    }
  },
}

interface Bounded {
  readonly located: ReadQuery
  readonly name: string
  readonly severity: number
  readonly forMs: number
  /** The query with the bound left out, equal for alerts on the same number. */
  readonly of: string
  readonly isAbove: boolean
  readonly bound: number
  readonly at: number
}

const severities: readonly (readonly string[])[] = [
  ['info', 'information', 'informational', 'notice', 'none'],
  ['warning', 'warn', 'minor', 'ticket'],
  ['critical', 'crit', 'error', 'major', 'page', 'high', 'fatal', 'emergency'],
]

/** Alerts that compare with a number, beside conditions that say when it counts. */
function bounded(located: ReadQuery): readonly Bounded[] {
  const { from, query } = located
  if (from.kind !== 'rule' || from.rule.kind !== 'alert') return []
  const compared = comparisonOf(query.expression)
  if (compared?.right.kind !== 'number' || !/^[<>]=?$/.test(compared.operator.text)) return []
  const { operator, right } = compared
  const { rule } = from as RuleQuery
  const written = rule.labels.get('severity')?.toLowerCase() ?? ''
  const of = query.text.slice(0, operator.from) + query.text.slice(right.to)
  return [
    {
      located,
      name: rule.name,
      severity: severities.findIndex((words) => words.includes(written)),
      forMs: rule.forMs ?? 0,
      of: of.replaceAll(/\s+/g, ''),
      isAbove: operator.text.startsWith('>'),
      bound: right.value,
      at: operator.from,
    },
  ]
}

function comparisonOf(expression: Expression): Binary | undefined {
  if (expression.kind !== 'binary' || expression.isBool) return undefined
  return setOperators.has(expression.operator.text) ? comparisonOf(expression.left) : expression
}

function contradiction(one: Bounded, other: Bounded): string | undefined {
  // What has the same name and labels, another check tells.
  if (one.name === other.name && one.severity === other.severity) return undefined
  if (one.isAbove !== other.isAbove) {
    const [above, below] = one.isAbove ? [one, other] : [other, one]
    return above.bound < below.bound
      ? `${above.name} fires above ${above.bound} and ${below.name} below ${below.bound}, so that one of them always does.`
      : undefined
  }
  if (one.severity < 0 || other.severity < 0) return undefined
  const [severe, mild] = one.severity > other.severity ? [one, other] : [other, one]
  if (one.severity === other.severity) {
    return one.forMs === other.forMs && one.bound !== other.bound
      ? `${one.name} asks the same with the bound ${one.bound}, the same severity and the same for: whenever one fires, the other does too.`
      : undefined
  }
  const isEarlier = one.isAbove ? severe.bound < mild.bound : severe.bound > mild.bound
  return isEarlier
    ? `${severe.name} is the more severe one and fires from ${severe.bound} on, before ${mild.name} at ${mild.bound}.`
    : undefined
}
