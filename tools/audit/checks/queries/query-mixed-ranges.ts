import type { Binary, Expression } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import { durationText } from '../../../rules/duration.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'

const check = 'query-mixed-ranges'

export const queryMixedRanges: Check = {
  name: check,
  description: 'Divisions of two rates over different ranges, or of rate by increase.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const findings: Finding[] = []
      walk(located.query.expression, (each) => {
        if (each.kind !== 'binary' || each.operator.text !== '/') return
        const [left, right] = [usesIn(each.left), usesIn(each.right)]
        const only = left.length === 1 && right.length === 1
        if (!only || left[0] === undefined || right[0] === undefined) return
        const [a, b] = [left[0], right[0]]
        if (a === b || isTrend(each)) return
        findings.push(
          queryFinding(located, {
            check,
            level: 'warning',
            reason: `It divides ${a} by ${b}, which do not speak of the same span of time.`,
            mend: 'Use the same function and the same range on both sides.',
            at: each.operator.from,
          }),
        )
      })
      yield* findings
    }
  },
}

/** The same now and over a longer time: more than usual. */
function isTrend({ left, right }: Binary): boolean {
  const namesIn = (side: Expression) =>
    selections(side)
      .flatMap(({ selector, around }) => (around.at(-1)?.kind === 'call' ? [selector.name?.text] : []))
      .join()
  return namesIn(left) === namesIn(right) && !/increase/.test([...usesIn(left), ...usesIn(right)].join())
}

/** The different kinds of rate in one side: `rate over 5m`. */
function usesIn(side: Expression): readonly string[] {
  const ranges = new Set<string>()
  for (const { selector, around } of selections(side)) {
    const call = around.at(-1)
    if (call?.kind !== 'call' || !/^(rate|irate|increase|delta)$/.test(call.function.text)) continue
    const { range } = selector
    const length =
      range?.ms === undefined ? range?.variables.map((name) => `$${name}`).join() : durationText(range.ms)
    ranges.add(`${call.function.text} over ${length}`)
  }
  return [...ranges]
}
