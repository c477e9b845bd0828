import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-rate-on-gauge'

export const queryRateOnGauge: Check = {
  name: check,
  description: 'rate, increase or irate of something that is not a counter.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const call = around.at(-1)
        if (call?.kind !== 'call' || !ofCounters.has(call.function.text)) continue
        if (around.some((each) => each.kind === 'call' && each.function.text.startsWith('histogram_')))
          continue
        const { kind, metric } = seriesOf(inputs.inventory, selector)
        if ((kind !== 'gauge' && kind !== 'quantile') || metric === undefined) continue
        const name = selector.name?.text ?? metric.name
        const what = kind === 'gauge' ? 'a gauge' : 'a quantile of a summary'
        yield queryFinding(located, {
          check,
          level: 'error',
          reason: `${name} is ${what}: ${call.function.text} takes each time it falls for a restart and adds what was never there.`,
          mend:
            kind === 'gauge'
              ? `Use ${call.function.text === 'increase' ? 'delta' : 'deriv'} for how it changes, or show ${name} itself.`
              : `Show ${name} itself, or rate of ${metric.name}_count for how often.`,
          about: name,
          at: call.from,
        })
      }
    }
  },
}

const ofCounters: ReadonlySet<string> = new Set(['rate', 'increase', 'irate', 'resets'])
