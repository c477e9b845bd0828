import { comparisons } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'
import { verdictOfComparison } from './bounds.ts'
import { recordedQueries } from './recorded-queries.ts'

const check = 'query-never-true'

/** Of alerts, rule-never-fires tells more. */
export const queryNeverTrue: Check = {
  name: check,
  description:
    'Comparisons in panels and recording rules that no value can fulfil, so that nothing is left to show.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      if (located.from.kind === 'rule' && located.from.rule.kind === 'alert') continue
      const { expression, text } = located.query
      const findings: Finding[] = []
      walk(expression, (each) => {
        if (each.kind !== 'binary' || each.isBool || !comparisons.has(each.operator.text)) return
        if (verdictOfComparison(each, inputs.inventory, recordedQueries(inputs)) !== 'never') return
        const asked = `${each.operator.text} ${text.slice(each.right.from, each.right.to)}`.slice(0, 40)
        findings.push(
          queryFinding(located, {
            check,
            level: 'error',
            reason: `Nothing is ever ${asked} there, so that it finds nothing.`,
            mend: 'Reverse the comparison, or correct its number.',
            about: asked,
            at: each.operator.from,
          }),
        )
      })
      yield* findings
    }
  },
}
