import { type Binary, type Expression, setOperators } from '../../../promql/expression.ts'
import { isScalar, type ResultLabels, resultLabels } from '../../../promql/result-labels.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'
import { labelKnowledge } from './label-knowledge.ts'

const check = 'query-never-matches'

export const queryNeverMatches: Check = {
  name: check,
  description: 'Operators between series whose labels differ, so that no pair is ever found.',
  *run(inputs) {
    const { mayCarry } = labelKnowledge(inputs)
    for (const located of readQueriesOf(inputs)) {
      const findings: Finding[] = []
      walk(located.query.expression, (each) => {
        if (each.kind !== 'binary' || each.operator.isVariable || each.operator.text === 'or') return
        if (isScalar(each.left) || isScalar(each.right)) return
        const [left, right] = [each.left, each.right].map((side) => resultLabels(side, mayCarry)) as [
          ResultLabels,
          ResultLabels,
        ]
        const odd = differing(each, left, right)
        if (odd === undefined) return
        findings.push(
          queryFinding(located, {
            check,
            level: 'error',
            reason: `${each.operator.text} finds no pairs: ${apart(odd, left, right)}${setOperators.has(each.operator.text) ? ', and nothing says on which to match' : ''}.`,
            mend: `Keep the same labels on both sides, or say on (…)${setOperators.has(each.operator.text) ? '' : ' group_left ()'}.`,
            about: odd.join(),
            at: each.operator.from,
          }),
        )
      })
      yield* findings
    }
  },
}

/** Which side has what the other lacks. */
function apart(odd: readonly string[], left: ResultLabels, right: ResultLabels): string {
  const of = ({ all }: ResultLabels) => odd.filter((label) => all?.has(label)).join(', ')
  const [l, r] = [of(left), of(right)]
  if (l !== '' && r !== '') return `the left side has ${l}, the right one ${r}`
  return `only the ${l === '' ? 'right' : 'left'} side has ${l || r}`
}

/** Labels that only one side has, when both are bounded by the query itself. */
function differing(
  { matching, left: l, right: r }: Binary,
  left: ResultLabels,
  right: ResultLabels,
): readonly string[] | undefined {
  if (left.all === undefined || right.all === undefined || isMade(l) || isMade(r)) return undefined
  // Labels that group_left brings from the other side are matched by on.
  const ignored = new Set(matching?.kind === 'ignoring' ? matching.labels.map(({ text }) => text) : [])
  if (matching?.kind === 'on') return undefined
  const odd = [...left.all.symmetricDifference(right.all)].filter((label) => !ignored.has(label))
  return odd.length === 0 ? undefined : odd
}

/** `vector(0)` and `absent` have labels of their own making. */
function isMade(side: Expression): boolean {
  let made = false
  walk(side, (each) => {
    if (
      each.kind === 'call' &&
      /^(vector|absent|absent_over_time|label_replace|label_join|info)$/.test(each.function.text)
    )
      made = true
  })
  return made
}
