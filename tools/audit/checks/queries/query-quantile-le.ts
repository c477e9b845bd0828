import { isPart } from '@tidegauge/otel/naming'
import type { Aggregation, Expression } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-quantile-le'

export const queryQuantileLe: Check = {
  name: check,
  description: 'Aggregations below histogram_quantile that drop le, or that do not sum.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const aggregations = new Set<Aggregation>()
      for (const { selector, around } of selections(located.query.expression)) {
        const quantile = around.findLastIndex(
          (each) => each.kind === 'call' && each.function.text === 'histogram_quantile',
        )
        const { kind } = seriesOf(inputs.inventory, selector)
        if (quantile === -1 || kind === 'native histogram' || !isPart(selector.name?.text ?? '', 'bucket'))
          continue
        for (const each of around.slice(quantile + 1)) if (each.kind === 'aggregation') aggregations.add(each)
      }
      for (const aggregation of aggregations) {
        const { operator, grouping, from } = aggregation
        if (operator.isVariable) continue
        const name = nameIn(aggregation)
        if (dropsLe(aggregation)) {
          yield queryFinding(located, {
            check,
            level: 'error',
            reason: `${operator.text} drops the label le of ${name}, without which there are no buckets and no quantile.`,
            mend:
              grouping?.kind === 'without'
                ? 'Take le out of without (…).'
                : `Write ${operator.text} by (${['le', ...(grouping?.labels.map(({ text }) => text) ?? [])].join(', ')}).`,
            about: `${name}/le`,
            at: from,
          })
        } else if (!/^(sum|topk|bottomk|limitk|limit_ratio)$/.test(operator.text)) {
          yield queryFinding(located, {
            check,
            level: 'warning',
            reason: `Buckets of ${name} are joined by ${operator.text}; only their sum is again a histogram.`,
            mend: 'Write sum by (le).',
            about: `${name}/${operator.text}`,
            at: from,
          })
        }
      }
    }
  },
}

function dropsLe({ operator, grouping }: Aggregation): boolean {
  if (/^(topk|bottomk|limitk|limit_ratio)$/.test(operator.text)) return false
  const labels = grouping?.labels ?? []
  if (labels.some(({ isVariable }) => isVariable)) return false
  const namesLe = labels.some(({ text }) => text === 'le')
  return grouping?.kind === 'without' ? namesLe : !namesLe
}

function nameIn(of: Expression): string {
  let name = 'the histogram'
  walk(of, (each) => {
    if (each.kind === 'selector' && each.name && isPart(each.name.text, 'bucket')) name = each.name.text
  })
  return name
}
