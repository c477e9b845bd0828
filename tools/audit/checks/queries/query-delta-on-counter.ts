import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf, selections } from '../queries.ts'
import { risesOnly, seriesOf } from './series-kind.ts'

const check = 'query-delta-on-counter'

export const queryDeltaOnCounter: Check = {
  name: check,
  description: 'delta, deriv, idelta or predict_linear of a counter, which break when the process restarts.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { selector, around } of selections(located.query.expression)) {
        const call = around.at(-1)
        const better = call?.kind === 'call' ? instead[call.function.text] : undefined
        if (call?.kind !== 'call' || better === undefined) continue
        if (!risesOnly(seriesOf(inputs.inventory, selector).kind)) continue
        const name = selector.name?.text ?? 'the metric'
        yield queryFinding(located, {
          check,
          level: 'error',
          reason: `${name} is a counter: ${call.function.text} drops far below zero when the process restarts and it starts over.`,
          mend: `Use ${better}.`,
          about: name,
          at: call.from,
        })
      }
    }
  },
}

const instead: Readonly<Record<string, string>> = {
  delta: 'increase',
  idelta: 'irate',
  deriv: 'rate',
  predict_linear: 'rate, times the time ahead',
  double_exponential_smoothing: 'it on a subquery of rate',
}
