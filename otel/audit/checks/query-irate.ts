import type { Check } from '../planes.ts'
import { queryFinding, readQueriesOf, selections } from './queries.ts'

const check = 'query-irate'

export const queryIrate: Check = {
  name: check,
  description: 'irate, which looks at the last two scrapes and misses the rest: in rules, and in graphs.',
  *run(planes) {
    for (const located of readQueriesOf(planes)) {
      const isRule = located.from.kind === 'rule'
      for (const { selector, around } of selections(located.query.expression)) {
        const call = around.at(-1)
        if (call?.kind !== 'call' || !/^(irate|idelta)$/.test(call.function.text)) continue
        const name = selector.name?.text ?? 'the metric'
        yield queryFinding(located, {
          check,
          level: isRule ? 'warning' : 'info',
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
