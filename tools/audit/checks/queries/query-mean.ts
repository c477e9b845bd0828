import { isPart, seriesName, splitSeries } from '@tidegauge/otel/naming'
import type { Binary, Expression, Selector } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import type { Finding, Level } from '../../finding.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-mean'

export const queryMean: Check = {
  name: check,
  description: 'Means of a histogram whose sum and count do not belong together, and averages of means.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const findings: Finding[] = []
      const kindOf = (selector: Selector) => seriesOf(inputs.inventory, selector).kind
      walk(located.query.expression, (each, around) => {
        if (each.kind !== 'binary' || each.operator.text !== '/') return
        const [over, under] = [onlySelector(each.left), onlySelector(each.right)]
        if (over === undefined || under === undefined) return
        const [a, b] = [over.name?.text ?? '', under.name?.text ?? '']
        const isSum = kindOf(over) === 'sum' || (isPart(a, 'sum') && isPart(b, 'count'))
        const report = (reason: string, mend: string, about: string, level: Level = 'error') =>
          findings.push(queryFinding(located, { check, level, reason, mend, about, at: each.operator.from }))
        const count = seriesName(isPart(a, 'sum') ? splitSeries(a).metric : a, 'count')
        const dividesByPart = ['count', 'bucket', 'sum'].includes(splitSeries(b).part)
        if (isSum && !over.name?.isVariable && !under.name?.isVariable && dividesByPart) {
          if (b !== count)
            return report(
              `It divides ${a} by ${b}, which is not a mean of anything.`,
              `Divide by ${count}.`,
              b,
            )
          if (matchersOf(over) !== matchersOf(under) && !isPaired(each, over, under))
            return report(
              `${a} and ${b} are selected by different labels, so that this is not a mean.`,
              'Use the same matchers on both sides.',
              b,
            )
        }
        if (
          kindOf(over) === 'count' &&
          kindOf(under) === 'sum' &&
          splitSeries(a).metric === splitSeries(b).metric
        )
          return report(
            `It divides the count by the sum, which is the mean upside down.`,
            `Write ${b} / ${a}.`,
            a,
          )
        const outer = around.findLast((one) => one.kind === 'aggregation')
        if (isSum && outer?.kind === 'aggregation' && /^(avg|sum)$/.test(outer.operator.text))
          report(
            outer.operator.text === 'avg'
              ? 'avg of means counts a quiet series as much as a busy one.'
              : 'The sum of means is not a mean of anything, unless each sum is of one series.',
            `Sum first, then divide: sum(rate(${a}[…])) / sum(rate(${b}[…])).`,
            a,
            'warning',
          )
      })
      yield* findings
    }
  },
}

/** Where series are paired one by one, a matcher that one side lacks leaves out the same on both. */
function isPaired({ left, right }: Binary, over: Selector, under: Selector): boolean {
  const adds = [left, right].some((side) => {
    let found = false
    walk(side, ({ kind }) => {
      found ||= kind === 'aggregation'
    })
    return found
  })
  if (adds) return false
  return over.matchers.every(({ label, operator, value }) => {
    const other = under.matchers.find((each) => each.label.text === label.text)
    return other === undefined || (other.operator === operator && other.value.text === value.text)
  })
}

function onlySelector(side: Expression): Selector | undefined {
  const found = selections(side)
  return found.length === 1 ? found[0]?.selector : undefined
}

function matchersOf({ matchers }: Selector): string {
  return matchers
    .map(({ label, operator, value }) => `${label.text}${operator}${value.text}`)
    .sort()
    .join()
}
