import type { Expression } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-quantile-sum'

export const queryQuantileSum: Check = {
  name: check,
  description: 'Quantiles that are summed or averaged; the result is not a quantile.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      if (located.from.kind === 'variable') continue
      const report = (name: string, operator: string, at: number, mend: string) =>
        queryFinding(located, {
          check,
          level: 'error',
          reason: `${operator} of quantiles is not a quantile: ${name} cannot be joined across series any more.`,
          mend,
          about: name,
          at,
        })
      for (const { selector, around } of selections(located.query.expression)) {
        const { kind, metric } = seriesOf(inputs.inventory, selector)
        if (kind !== 'quantile' || metric === undefined) continue
        const joined = around.find(joins)
        if (joined?.kind !== 'aggregation') continue
        const mend =
          'Show each series, take the max, or make the metric a histogram and use histogram_quantile.'
        yield report(metric.name, joined.operator.text, selector.from, mend)
      }
      const found: Expression[] = []
      walk(located.query.expression, (each, around) => {
        const isQuantile = each.kind === 'call' && each.function.text === 'histogram_quantile'
        if (isQuantile && around.some(joins)) found.push(...around.filter(joins).slice(0, 1))
      })
      for (const each of found) {
        if (each.kind !== 'aggregation') continue
        const mend = 'Sum the buckets first: histogram_quantile(0.95, sum by (le) (rate(…_bucket[…]))).'
        yield report('histogram_quantile', each.operator.text, each.from, mend)
      }
    }
  },
}

function joins(each: Expression): boolean {
  return each.kind === 'aggregation' && /^(sum|avg|quantile|stddev|stdvar)$/.test(each.operator.text)
}
