import type { Binary, Expression, Selector } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'

const check = 'query-share-upside-down'

export const queryShareUpsideDown: Check = {
  name: check,
  description:
    'Ratios turned upside down: the whole divided by a part of it, or a part multiplied by the whole.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const findings: Finding[] = []
      walk(located.query.expression, (each) => {
        const reason = each.kind === 'binary' ? faultOf(each) : undefined
        if (each.kind !== 'binary' || reason === undefined) return
        findings.push(
          queryFinding(located, {
            check,
            level: 'warning',
            reason,
            mend: 'Divide the part by the whole.',
            about: 'share',
            at: each.operator.from,
          }),
        )
      })
      yield* findings
    }
  },
}

function faultOf({ operator, left, right, matching }: Binary): string | undefined {
  // Multiplied with what is 1 for each thing, to have its labels as well.
  if (operator.text === '*' && matching?.group !== undefined) return undefined

  const [above, below] = [onlySelector(left), onlySelector(right)]
  if (above === undefined || below === undefined || above.name?.text !== below.name?.text) return undefined
  const name = above.name?.text ?? 'the metric'
  if (operator.text === '/' && isPartOf(below, above))
    return `All of ${name} is divided by a part of it: what is meant as a share is never below 1.`
  if (operator.text === '*' && (isPartOf(below, above) || isPartOf(above, below)))
    return `A part of ${name} is multiplied by all of it.`
  return undefined
}

/** The selector of a side that has one; conditions such as `> 0` and `or vector(0)` beside it do not count. */
function onlySelector(side: Expression): Selector | undefined {
  const found = selections(side).map(({ selector }) => selector)
  return found.length === 1 ? found[0] : undefined
}

/** Whether it has all matchers of the other and more. */
function isPartOf(one: Selector, other: Selector): boolean {
  const matchersOf = ({ matchers }: Selector) =>
    new Set(matchers.map(({ label, operator, value }) => `${label.text}${operator}${value.text}`))
  return (
    one.hasUnknownMatchers === other.hasUnknownMatchers &&
    matchersOf(one).isSupersetOf(matchersOf(other)) &&
    one.matchers.length > other.matchers.length
  )
}
