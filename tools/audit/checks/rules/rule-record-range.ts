import { walk } from '../../../promql/walk.ts'
import { durationMs } from '../../../rules/duration.ts'
import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'rule-record-range'

export const ruleRecordRange: Check = {
  name: check,
  description: 'Recording rules over another range than their name says: rate5m over an hour.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'rule' || from.rule.kind !== 'record') continue
      const said = /(?:rate|increase|delta|avg|max|min|sum|_over_time_?)(\d+(?:ms|[smhdwy]))$/.exec(
        from.rule.name,
      )?.[1]
      const saidMs = said === undefined ? undefined : durationMs(said)
      if (saidMs === undefined) continue
      const ranges: { readonly ms: number; readonly at: number }[] = []
      walk(query.expression, (each) => {
        if (each.kind !== 'selector' && each.kind !== 'subquery') return
        if (each.range?.ms !== undefined) ranges.push({ ms: each.range.ms, at: each.range.from })
      })
      const other = ranges.find(({ ms }) => ms !== saidMs)
      if (other === undefined) continue
      const range = query.text.slice(other.at).split(/[\]:]/, 1)[0]
      yield queryFinding(located, {
        check,
        level: 'warning',
        reason: `Its name says ${said}, and it looks at ${range}.`,
        mend: `Write [${said}], or put ${range} into the name.`,
        about: 'range',
        at: other.at,
      })
    }
  },
}
