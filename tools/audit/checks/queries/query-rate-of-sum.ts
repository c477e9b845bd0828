import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { risesOnly, seriesOf } from './series-kind.ts'

const check = 'query-rate-of-sum'

export const queryRateOfSum: Check = {
  name: check,
  description: 'rate over a sum of counters, which takes the restart of one for a restart of all.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const findings: Finding[] = []
      walk(located.query.expression, (each) => {
        if (each.kind !== 'call' || !/^(rate|irate|increase)$/.test(each.function.text)) return
        const [subquery] = each.arguments
        if (subquery?.kind !== 'subquery' || subquery.expression.kind === 'selector') return
        const inner = selections(subquery.expression)
        const name = inner[0]?.selector.name?.text ?? 'the metric'
        const isDouble = inner.some(({ around }) =>
          around.some((one) => one.kind === 'call' && /^(rate|irate|increase)$/.test(one.function.text)),
        )
        const hasCounter = inner.some(
          ({ selector, around }) =>
            risesOnly(seriesOf(inputs.inventory, selector).kind) &&
            around.some((one) => one.kind === 'aggregation' && /^(sum|avg)$/.test(one.operator.text)),
        )
        if (!isDouble && !hasCounter) return
        const outer = each.function.text
        findings.push(
          queryFinding(located, {
            check,
            level: 'error',
            reason: isDouble
              ? `${outer} is taken of something that is a rate already.`
              : `${outer} is taken of a sum of ${name}: when one process restarts, all of its count appears as new.`,
            mend: isDouble
              ? `Use avg_over_time or deriv instead of the outer ${outer}.`
              : `Take ${outer} first, then sum: sum(${outer}(${name}[…])).`,
            about: name,
            at: each.from,
          }),
        )
      })
      yield* findings
    }
  },
}
