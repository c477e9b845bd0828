import type { Inventory } from '../../../metrics/inventory.ts'
import { comparisons, type Expression } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'rule-share-in-percent'

export const ruleShareInPercent: Check = {
  name: check,
  description: 'Alerts that compare a share, which lies between 0 and 1, with a number of percent.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      if (located.from.kind !== 'rule' || located.from.rule.kind !== 'alert') continue
      const findings: Finding[] = []
      walk(located.query.expression, (each) => {
        if (each.kind !== 'binary' || !comparisons.has(each.operator.text)) return
        const { left, right, operator } = each
        if (right.kind !== 'number' || right.value <= 1) return
        const name = shareIn(left, inputs.inventory)
        if (name === undefined) return
        findings.push(
          queryFinding(located, {
            check,
            level: 'warning',
            reason: `${name} is a share between 0 and 1, and is compared with ${right.value}.`,
            mend:
              right.value <= 100 ? `Write ${right.value / 100} for ${right.value} %.` : 'Correct the number.',
            about: name,
            at: operator.from,
          }),
        )
      })
      yield* findings
    }
  },
}

/** The name of a series that is a share by its name, and is compared as it is or averaged. */
function shareIn(side: Expression, inventory: Inventory): string | undefined {
  if (side.kind === 'selector') {
    const name = side.name?.text ?? ''
    const isShare = /(^|[_:])ratio(_(?!total|count|sum|bucket)[a-z0-9]+)?$/.test(name)
    return isShare && inventory.ofSeries(name)?.metric.type !== 'counter' ? name : undefined
  }
  if (side.kind === 'call' && /^(avg|max|min|last|quantile)_over_time$/.test(side.function.text))
    return shareIn(side.arguments.at(-1) ?? side, inventory)
  if (side.kind === 'aggregation' && /^(avg|max|min)$/.test(side.operator.text))
    return shareIn(side.expression, inventory)
  return undefined
}
