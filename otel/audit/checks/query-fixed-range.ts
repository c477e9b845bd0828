import type { Check } from '../planes.ts'
import { queryFinding, readQueriesOf, selections } from './queries.ts'

const check = 'query-fixed-range'

export const queryFixedRange: Check = {
  name: check,
  description:
    'Graphs of a rate over a fixed range, which miss what lies between two points when zoomed out.',
  *run(planes) {
    for (const located of readQueriesOf(planes)) {
      const { from } = located
      if (from.kind !== 'panel' || from.target.isInstant || !/^(timeseries|graph)$/.test(from.panel.type))
        continue
      for (const { selector, around } of selections(located.query.expression)) {
        const call = around.at(-1)
        if (selector.range?.ms === undefined || call?.kind !== 'call') continue
        if (!/^i?rate$/.test(call.function.text) || around.some(({ kind }) => kind === 'subquery')) continue
        yield queryFinding(located, {
          check,
          level: 'info',
          reason: `${call.function.text} looks at a fixed ${selector.range.ms / 1000} s, however far the graph is zoomed.`,
          mend: 'Write [$__rate_interval].',
          about: selector.name?.text ?? 'range',
          at: selector.range.from,
        })
      }
    }
  },
}
