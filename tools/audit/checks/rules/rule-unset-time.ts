import { isExposedAsZero } from '../../../metrics/exposed-as-zero.ts'
import type { Expression, Selector } from '../../../promql/expression.ts'
import { comparisons } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { AuditInputs, Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'rule-unset-time'

/** Libraries expose a gauge without labels as 0 from the start, which as a time is the year 1970. */
export const ruleUnsetTime: Check = {
  name: check,
  description:
    'Alerts on the age of a moment that is 0 until it happens for the first time: they fire after each start.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'rule' || from.rule.kind !== 'alert' || isGuarded(query.expression)) continue
      const findings: Finding[] = []
      walk(query.expression, (each) => {
        const moment = momentOf(each, inputs)
        if (moment === undefined) return
        findings.push(
          queryFinding(located, {
            check,
            level: 'warning',
            reason: `${moment} is 0 until it is set for the first time, and so is more than fifty years old after each start.`,
            mend: `Leave that out: and ${moment} > 0, or set it at the start.`,
            about: moment,
          }),
        )
      })
      yield* findings
    }
  },
}

/** The moment of `time() - moment > n`. */
function momentOf(each: Expression, inputs: AuditInputs): string | undefined {
  if (each.kind !== 'binary' || !comparisons.has(each.operator.text) || !/^>=?$/.test(each.operator.text))
    return undefined
  const { left } = each
  if (left.kind !== 'binary' || left.operator.text !== '-' || left.left.kind !== 'call') return undefined
  if (left.left.function.text !== 'time') return undefined
  const moment = selectorIn(left.right)
  const name = moment?.name?.text
  const metric = name === undefined ? undefined : inputs.source?.metrics.find((one) => one.name === name)
  return metric !== undefined && metric.type === 'gauge' && isExposedAsZero(metric) ? name : undefined
}

function selectorIn(side: Expression): Selector | undefined {
  if (side.kind === 'selector') return side
  return side.kind === 'aggregation' ? selectorIn(side.expression) : undefined
}

/** `and x > 0` and `x > 0` leave out what was never set. */
function isGuarded(expression: Expression): boolean {
  let found = false
  walk(expression, (each) => {
    if (each.kind !== 'binary' || each.right.kind !== 'number' || each.right.value !== 0) return
    found ||= each.operator.text === '>' || each.operator.text === '!='
  })
  return found
}
