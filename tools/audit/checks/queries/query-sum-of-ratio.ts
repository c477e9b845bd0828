import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-sum-of-ratio'

export const querySumOfRatio: Check = {
  name: check,
  description: 'Ratios, percentages and timestamps that are summed.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const sum = around.at(-1)
        const isSum =
          (sum?.kind === 'aggregation' && sum.operator.text === 'sum') ||
          (sum?.kind === 'call' && sum.function.text === 'sum_over_time')
        if (!isSum) continue
        const { metric, kind } = seriesOf(inputs.inventory, selector)
        const name = selector.name?.text ?? ''
        const what = whatItIs(name, metric?.unit ?? '')
        // Divided by a count it is an average.
        const isDivided = around.some((each) => each.kind === 'binary' && each.operator.text === '/')
        if (kind !== 'gauge' || what === undefined || isDivided) continue
        yield queryFinding(located, {
          check,
          level: 'error',
          reason: `${name} is ${what}: the sum of several means nothing.`,
          mend: `Use ${what.startsWith('a point') ? 'max' : 'avg, or compute it from the sums of what it is made of'}.`,
          about: name,
          at: sum?.from ?? 0,
        })
      }
    }
  },
}

function whatItIs(name: string, unit: string): string | undefined {
  if (name.includes(':')) return undefined
  if (/_timestamp(_seconds)?$|_time_seconds$/.test(name)) return 'a point in time'
  if (/_(ratio|percent)$|_rate$/.test(name) || /^(%|\{percent\}|percent)$/.test(unit)) return 'a share'
  return undefined
}
