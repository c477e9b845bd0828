import { seriesName } from '@tidegauge/otel/naming'
import type { Expression } from '../../../promql/expression.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-histogram-name'

export const queryHistogramName: Check = {
  name: check,
  description: 'Histograms queried by their bare name, where only _bucket, _sum and _count exist.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const { kind, metric } = seriesOf(inputs.inventory, selector)
        if (kind !== 'native histogram' || metric === undefined) continue
        const asClassic = hasBuckets(inputs, metric.name)
        if (!asClassic && understandsNative(around)) continue
        const name = metric.name
        yield queryFinding(located, {
          check,
          level: asClassic || !around.some((each) => each.kind === 'call') ? 'error' : 'warning',
          reason: asClassic
            ? `${name} is a histogram with buckets: there are no series called ${name}, only ${name}_bucket, ${name}_sum and ${name}_count.`
            : `${name} is a histogram, and what is done with it here makes no sense of one.`,
          mend: around.some(isQuantile)
            ? `Write ${name}_bucket, and sum by (le).`
            : `Write ${name}_count for how often, ${name}_sum for the total, ${name}_bucket for quantiles.`,
          about: name,
          at: selector.from,
        })
      }
    }
  },
}

/** Text formats cannot carry native histograms: what shows buckets there has nothing else. */
function hasBuckets({ targets }: AuditInputs, name: string): boolean {
  return targets.some(({ scrapes }) =>
    scrapes.some(({ families }) =>
      families.get(name)?.samples.some((sample) => sample.name === seriesName(name, 'bucket')),
    ),
  )
}

function understandsNative(around: readonly Expression[]): boolean {
  return (
    around.some((each) => {
      if (each.kind === 'call')
        return /^(histogram_|absent|count_over_time|present_over_time)/.test(each.function.text)
      return each.kind === 'aggregation' && (each.operator.text === 'count' || each.operator.text === 'group')
    }) &&
    !around.some(
      (each) => each.kind === 'aggregation' && each.grouping?.labels.some(({ text }) => text === 'le'),
    )
  )
}

function isQuantile(each: Expression): boolean {
  return each.kind === 'call' && each.function.text === 'histogram_quantile'
}
