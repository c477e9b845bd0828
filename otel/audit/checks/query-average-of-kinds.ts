import type { Aggregation, Expression } from '../../promql/expression.ts'
import { resultLabels } from '../../promql/result-labels.ts'
import type { Check } from '../planes.ts'
import { labelKnowledge } from './label-knowledge.ts'
import { queryFinding, readQueriesOf, selections } from './queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-average-of-kinds'

export const queryAverageOfKinds: Check = {
  name: check,
  description: 'Averages or extremes of a rate over the kinds of an event, where their sum is meant.',
  *run(planes) {
    const { mayCarry } = labelKnowledge(planes)
    for (const located of readQueriesOf(planes)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const { kind, metric } = seriesOf(planes.inventory, selector)
        const isRate = around.at(-1)?.kind === 'call'
        const joined = around.at(-2)
        if ((kind !== 'counter' && kind !== 'count') || metric === undefined || !isRate || !isAverage(joined))
          continue
        const fixed = new Set(selector.matchers.map(({ label }) => label.text))
        const kept = resultLabels(joined, mayCarry)
        const kinds = [...metric.labels].filter(
          ([label, values]) =>
            values !== undefined && values.size > 1 && !fixed.has(label) && !kept.mayHave(label),
        )
        const [label] = kinds[0] ?? []
        if (label === undefined) continue
        const { text } = joined.operator
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `${text} over every ${label} of ${selector.name?.text ?? metric.name} is the rate of no event that happens.`,
          mend: `Write sum, or keep the kinds apart: ${text} by (${label}).`,
          about: `${selector.name?.text ?? metric.name}/${label}`,
          at: joined.from,
        })
      }
    }
  },
}

function isAverage(each: Expression | undefined): each is Aggregation {
  return each?.kind === 'aggregation' && /^(avg|max|min)$/.test(each.operator.text)
}
