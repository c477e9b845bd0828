import { type Binary, comparisons, type Expression } from '../../../promql/expression.ts'
import { walk } from '../../../promql/walk.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { boundsOf, verdictOfComparison } from '../queries/bounds.ts'
import { recordedQueries } from '../queries/recorded-queries.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'rule-never-fires'

export const ruleNeverFires: Check = {
  name: check,
  description: 'Conditions that no value can fulfil.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      if (located.from.kind !== 'rule' || located.from.rule.kind !== 'alert') continue
      const { expression, text } = located.query
      const fault = contradiction(expression, inputs, text)
      if (fault === undefined) continue
      yield queryFinding(located, {
        check,
        level: 'error',
        reason: `It can never fire: ${fault.reason}.`,
        mend: 'Correct the comparison or its number.',
        at: fault.at,
      })
    }
  },
}

function contradiction(
  top: Expression,
  inputs: AuditInputs,
  text: string,
): { readonly reason: string; readonly at: number } | undefined {
  const { inventory } = inputs
  const recorded = recordedQueries(inputs)
  const isEmpty = boundsOf(top, inventory, recorded).isEmpty
  let found: { reason: string; at: number } | undefined
  walk(top, (each) => {
    if (found !== undefined || each.kind !== 'binary') return
    const opposite = each.operator.text === 'and' ? opposites(each, text) : undefined
    if (opposite !== undefined) found = { reason: opposite, at: each.operator.from }
    else if (
      isEmpty &&
      comparisons.has(each.operator.text) &&
      verdictOfComparison(each, inventory, recorded) === 'never'
    ) {
      const { low, high } = boundsOf(each.left, inventory, recorded)
      const range = high < Number.POSITIVE_INFINITY ? `between ${low} and ${high}` : `at least ${low}`
      const shown = shortened(text.slice(each.left.from, each.left.to).replaceAll(/\s+/g, ' '), 60)
      const why = Number.isFinite(low) ? `${shown} is ${range}` : 'no value is both'
      found = {
        reason: `${why}, and it asks for ${each.operator.text} ${shortened(text.slice(each.right.from, each.right.to), 40)}`,
        at: each.operator.from,
      }
    }
  })
  return found ?? (isEmpty ? { reason: 'its conditions rule each other out', at: 0 } : undefined)
}

/** `x > 5 and x < 3`. */
function opposites({ left, right }: Binary, text: string): string | undefined {
  const [a, b] = [condition(left, text), condition(right, text)]
  if (a === undefined || b === undefined || a.of !== b.of) return undefined
  if (a.low >= b.high || b.low >= a.high)
    return `${shortened(a.of, 60)} cannot be both ${a.shown} and ${b.shown}`
  return undefined
}

function condition(each: Expression, text: string) {
  if (each.kind !== 'binary' || each.right.kind !== 'number' || each.isBool) return undefined
  const { value } = each.right
  const of = text.slice(each.left.from, each.left.to).replaceAll(/\s+/g, '')
  const shown = `${each.operator.text} ${value}`
  if (/^>=?$/.test(each.operator.text)) return { of, shown, low: value, high: Number.POSITIVE_INFINITY }
  if (/^<=?$/.test(each.operator.text)) return { of, shown, low: Number.NEGATIVE_INFINITY, high: value }
  return undefined
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
