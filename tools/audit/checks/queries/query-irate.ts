import type { Dashboard } from '../../../dashboards/dashboard.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { isOversight } from '../oversight.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'

const check = 'query-irate'

export const queryIrate: Check = {
  name: check,
  description: 'irate, which looks at the last two scrapes and misses the rest: in rules, and in graphs.',
  *run(inputs) {
    const odd = oddIn(inputs)
    for (const located of readQueriesOf(inputs)) {
      const isRule = located.from.kind === 'rule'
      for (const { selector, around } of selections(located.query.expression)) {
        const call = around.at(-1)
        if (call?.kind !== 'call' || !/^(irate|idelta)$/.test(call.function.text)) continue
        const name = selector.name?.text ?? 'the metric'
        yield queryFinding(located, {
          check,
          level:
            isRule || (located.from.kind === 'panel' && odd.has(located.from.dashboard)) ? 'warning' : 'info',
          reason: isRule
            ? `${call.function.text} looks at the last two scrapes only: a moment without ${name} ends the condition, and with "for" it may never hold long enough.`
            : `${call.function.text} looks at the last two scrapes before each point: zoomed out, the graph leaves out most of ${name}.`,
          mend: `Use ${call.function.text.slice(1)}.`,
          about: name,
          at: call.from,
        })
      }
    }
  },
}

/** Dashboards in which nearly all other queries take a rate. */
function oddIn(inputs: AuditInputs): ReadonlySet<Dashboard> {
  const counts = new Map<Dashboard, { lacking: number; having: number }>()
  for (const { from, query } of readQueriesOf(inputs)) {
    if (from.kind !== 'panel') continue
    const count = counts.get(from.dashboard) ?? { lacking: 0, having: 0 }
    counts.set(from.dashboard, count)
    if (/\birate\b/.test(query.text)) count.lacking++
    else if (/\brate\b/.test(query.text)) count.having++
  }
  return new Set([...counts].flatMap(([dashboard, count]) => (isOversight(count) ? [dashboard] : [])))
}
