import type { Expression } from '../../../promql/expression.ts'
import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'

const check = 'query-no-name'

export const queryNoName: Check = {
  name: check,
  description:
    'Queries without the name of a metric, which take all series with these labels, whatever they measure.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const { name, matchers, hasUnknownMatchers, from } = selector
        if (name !== undefined || hasUnknownMatchers || around.some(countsSeries)) continue
        if (matchers.some(({ label }) => label.text === '__name__')) continue
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason:
            'No metric is named: it takes all series with these labels together, whatever they measure.',
          mend: 'Write the name of the metric before the brace.',
          about: 'name',
          at: from,
        })
      }
    }
  },
}

/** How many series there are is a question about all of them. */
function countsSeries(each: Expression): boolean {
  if (each.kind === 'aggregation')
    return (
      /^(count|group|count_values)$/.test(each.operator.text) ||
      each.grouping?.labels.some(({ text }) => text === '__name__') === true
    )
  return (
    each.kind === 'call' &&
    /^(count_over_time|present_over_time|absent.*|timestamp)$/.test(each.function.text)
  )
}
