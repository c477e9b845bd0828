import type { Check } from '../planes.ts'
import { queryFinding, readQueriesOf, selections } from './queries.ts'

const check = 'query-irate-in-rule'

export const queryIrateInRule: Check = {
  name: check,
  description: 'irate in rules, where it sees two scrapes of each evaluation and misses the rest.',
  *run(planes) {
    for (const located of readQueriesOf(planes)) {
      if (located.from.kind !== 'rule') continue
      for (const { selector, around } of selections(located.query.expression)) {
        const call = around.at(-1)
        if (call?.kind !== 'call' || !/^(irate|idelta)$/.test(call.function.text)) continue
        const name = selector.name?.text ?? 'the metric'
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `${call.function.text} looks at the last two scrapes only: a moment without ${name} ends the condition, and with "for" it may never hold long enough.`,
          mend: `Use ${call.function.text.slice(1)}.`,
          about: name,
          at: call.from,
        })
      }
    }
  },
}
