import { seriesName, splitSeries } from '@tidegauge/otel/naming'
import type { Call, Expression, Selector } from '../../../promql/expression.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-quantile-input'

export const queryQuantileInput: Check = {
  name: check,
  description: 'histogram_quantile over something that is not a histogram.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const call = around.findLast(isHistogramCall)
        if (call === undefined) continue
        const what = wrongKind(inputs, selector)
        if (what === undefined) continue
        const name = selector.name?.text ?? 'the metric'
        const isPart = what === 'sum' || what === 'count'
        yield queryFinding(located, {
          check,
          level: 'error',
          reason: `${call.function.text} needs the buckets of a histogram, and ${name} is ${isPart ? `only its ${what}` : what}.`,
          mend: isPart
            ? `Write ${seriesName(splitSeries(name).metric, 'bucket')}, and sum by (le).`
            : 'Use a histogram (its _bucket series), or show the metric without a quantile.',
          about: name,
          at: selector.from,
        })
      }
    }
  },
}

function isHistogramCall(each: Expression): each is Call {
  return each.kind === 'call' && /^histogram_(quantiles?|fraction)$/.test(each.function.text)
}

function wrongKind({ inventory }: AuditInputs, selector: Selector): string | undefined {
  const { kind, metric } = seriesOf(inventory, selector)
  if (kind === 'counter') return 'a counter'
  if (metric === undefined || metric.from.has('recording rule')) return undefined
  if (kind === 'gauge') return 'a gauge'
  if (kind === 'quantile') return 'a summary, which has its quantiles already'
  return kind === 'sum' || kind === 'count' ? kind : undefined
}
