import type { Expression } from '../../promql/expression.ts'
import type { Check } from '../planes.ts'
import { isTargetLabel } from './label-knowledge.ts'
import { queryFinding, readQueriesOf, selections } from './queries.ts'

const check = 'query-no-name'

export const queryNoName: Check = {
  name: check,
  description: 'Queries that take every series of a job or an instance, whatever it measures.',
  *run(planes) {
    for (const located of readQueriesOf(planes)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const { name, matchers, hasUnknownMatchers, from } = selector
        if (name !== undefined || hasUnknownMatchers || around.some(countsSeries)) continue
        if (!matchers.every(({ label }) => isTargetLabel(label.text) && label.text !== '__name__')) continue
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: 'No metric is named: it takes all series of these targets together, whatever they measure.',
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
