import { seriesName, splitSeries } from '@tidegauge/otel/naming'
import type { Expression } from '../../../promql/expression.ts'
import { resultLabels } from '../../../promql/result-labels.ts'
import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { labelKnowledge } from './label-knowledge.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-bucket-sum'

export const queryBucketSum: Check = {
  name: check,
  description: 'Buckets added up across le, so that each event counts once for every bucket it fits in.',
  *run(inputs) {
    const { mayCarry } = labelKnowledge(inputs)
    for (const located of readQueriesOf(inputs)) {
      if (located.from.kind === 'variable') continue
      for (const { selector, around } of selections(located.query.expression)) {
        if (seriesOf(inputs.inventory, selector).kind !== 'bucket') continue
        if (selector.hasUnknownMatchers || selector.matchers.some(({ label }) => label.text === 'le'))
          continue
        if (around.some(understandsBuckets)) continue
        const sum = around.findLast(
          (each) => each.kind === 'aggregation' && /^(sum|avg|max|min)$/.test(each.operator.text),
        )
        if (sum === undefined || resultLabels(sum, mayCarry).mayHave('le')) continue
        const name = selector.name?.text ?? 'the histogram'
        yield queryFinding(located, {
          check,
          level: 'error',
          reason: `The buckets of ${name} contain one another: added up, each event counts many times.`,
          mend: `Write ${seriesName(splitSeries(name).metric, 'count')} for how many, histogram_quantile for how long, or choose one bucket by le.`,
          about: name,
          at: selector.from,
        })
      }
    }
  },
}

function understandsBuckets(each: Expression): boolean {
  if (each.kind === 'call')
    return /^(histogram_|absent|count_over_time|present_over_time)/.test(each.function.text)
  return (
    each.kind === 'aggregation' && (each.operator.isVariable || /^(count|group)/.test(each.operator.text))
  )
}
