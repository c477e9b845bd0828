import { comparisons, type Expression } from '../../../promql/expression.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { verdictOfComparison } from '../queries/bounds.ts'
import { recordedQueries } from '../queries/recorded-queries.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'
import { isDeadMansSwitch } from './rule-listing.ts'

const check = 'rule-always-fires'

export const ruleAlwaysFires: Check = {
  name: check,
  description: 'Conditions that every value fulfils, or that are not conditions.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'rule' || from.rule.kind !== 'alert' || isDeadMansSwitch(from.rule)) continue
      const reason = whyAlways(query.expression, inputs)
      if (reason === undefined) continue
      yield queryFinding(located, {
        check,
        level: 'error',
        reason: `It fires always: ${reason}.`,
        mend: 'Compare with the value from which on somebody has to act.',
      })
    }
  },
}

function whyAlways(expression: Expression, inputs: AuditInputs): string | undefined {
  switch (expression.kind) {
    case 'number':
      return 'it is a number'
    case 'selector':
      return isState(expression.name?.text ?? '', inputs)
        ? undefined
        : 'it compares nothing, and any value, 0 too, is a result'
    case 'unary':
      return 'it compares nothing, and any value, 0 too, is a result'
    case 'call':
      if (/^absent/.test(expression.function.text)) return undefined
      if (expression.function.text === 'vector') return 'vector(…) is always there'
      return throughCall(expression.arguments, inputs)
    case 'aggregation':
      return whyAlways(expression.expression, inputs)
    case 'binary': {
      const { operator, isBool, left, right } = expression
      if (operator.text === 'or') return whyAlways(left, inputs) ?? whyAlways(right, inputs)
      if (operator.text === 'unless') return undefined
      // What "and" keeps is there only while both sides are.
      if (operator.text === 'and') {
        const both = [whyAlways(left, inputs), whyAlways(right, inputs)]
        return both.every((each) => each !== undefined) ? both[0] : undefined
      }
      if (comparisons.has(operator.text)) {
        if (isBool) return `${operator.text} bool yields 0 or 1, and 0 is a result as well`
        return verdictOfComparison(expression, inputs.inventory, recordedQueries(inputs)) === 'always'
          ? `every value there can be is ${operator.text} what it is compared with`
          : undefined
      }
      const sides = [left, right]
        .filter((side) => side.kind !== 'number')
        .map((side) => whyAlways(side, inputs))
      return sides.every((each) => each !== undefined) ? sides[0] : undefined
    }
    default:
      return undefined
  }
}

function throughCall(args: readonly Expression[], inputs: AuditInputs): string | undefined {
  const vectors = args.filter(({ kind }) => kind !== 'number' && kind !== 'text')
  const [first] = vectors
  if (first === undefined) return 'it compares nothing'
  return first.kind === 'subquery' ? whyAlways(first.expression, inputs) : whyAlways(first, inputs)
}

/** Series that are there only while something is the case; recorded ones when their rule compares. */
function isState(name: string, { rules }: AuditInputs): boolean {
  if (name.startsWith('ALERTS') || name.endsWith('_info')) return true
  if (!name.includes(':')) return false
  const recorded = rules.flatMap(({ groups }) =>
    groups.flatMap((group) => group.rules.filter((rule) => rule.name === name)),
  )
  return (
    recorded.length === 0 ||
    recorded.some(({ expr }) => /[<>=]\s*[\w(]|\b(and|unless)\b/.test(expr.replaceAll(/\{[^}]*\}/g, '')))
  )
}
