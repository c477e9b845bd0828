import type { Check } from '../../check.ts'
import { isBalanced } from '../dashboards/dashboard-variable-query.ts'
import { queriesOf, queryFinding } from '../queries.ts'

const check = 'query-syntax'

export const querySyntax: Check = {
  name: check,
  description:
    'Queries that Prometheus refuses: syntax, types of arguments, unknown functions, broken patterns.',
  *run(inputs) {
    for (const located of queriesOf(inputs)) {
      const { problem } = located.result
      if (problem === undefined || !problem.isCertain) continue
      // The check of the variable itself says which brackets are missing.
      if (located.from.kind === 'variable' && !isBalanced(located.from.variable.query ?? '')) continue
      const { at, reason, mend } = problem
      const where = located.text.length > 0 ? ` at character ${at + 1}, ${excerpt(located.text, at)}` : ''
      yield queryFinding(located, {
        check,
        level: 'error',
        reason: `Prometheus refuses this query: ${reason}${where}.`,
        mend,
        at,
      })
    }
  },
}

/** The place with a little of what stands around it. */
function excerpt(text: string, at: number): string {
  const line = text.replaceAll(/\s/g, ' ')
  if (at >= line.length) return `after "${line.slice(-20)}"`
  return `"${at > 10 ? '…' : ''}${line.slice(Math.max(0, at - 10), at)}▸${line.slice(at, at + 20)}${at + 20 < line.length ? '…' : ''}"`
}
