import type { Aggregation, Expression, Selector } from '../../../promql/expression.ts'
import { resultLabels } from '../../../promql/result-labels.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { labelKnowledge } from './label-knowledge.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-average-of-kinds'

export const queryAverageOfKinds: Check = {
  name: check,
  description: 'Averages or extremes of a rate over the kinds of an event, where their sum is meant.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const label = kindJoined(inputs, selector, around)
        const joined = around.at(-2)
        if (label === undefined || joined?.kind !== 'aggregation') continue
        const name = selector.name?.text ?? 'the metric'
        const { text } = joined.operator
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `${text} over every ${label} of ${name} is not the rate of any event.`,
          mend: `Write sum, or keep the kinds apart: ${text} by (${label}).`,
          about: `${name}/${label}`,
          at: joined.from,
        })
      }
    }
  },
}

/** The label whose values an average or extreme of a rate mixes; undefined when it mixes none. */
export function kindJoined(
  inputs: AuditInputs,
  selector: Selector,
  around: readonly Expression[],
): string | undefined {
  const { kind, metric } = seriesOf(inputs.inventory, selector)
  const isRate = around.at(-1)?.kind === 'call'
  const joined = around.at(-2)
  if ((kind !== 'counter' && kind !== 'count') || metric === undefined || !isRate || !isAverage(joined))
    return undefined
  const fixed = new Set(selector.matchers.map(({ label }) => label.text))
  const kept = resultLabels(joined, labelKnowledge(inputs).mayCarry)
  const kinds = [...metric.labels].filter(
    ([label, values]) => values !== undefined && values.size > 1 && !fixed.has(label) && !kept.mayHave(label),
  )
  return kinds[0]?.[0]
}

function isAverage(each: Expression | undefined): each is Aggregation {
  return each?.kind === 'aggregation' && /^(avg|max|min)$/.test(each.operator.text)
}
