import type { Aggregation } from '../../../promql/expression.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { isOversight } from '../oversight.ts'
import { queryFinding, type ReadQuery, readQueriesOf, selections } from '../queries.ts'
import { kindJoined } from './query-average-of-kinds.ts'
import { risesOnly, seriesOf } from './series-kind.ts'

const check = 'query-odd-aggregation'

export const queryOddAggregation: Check = {
  name: check,
  description:
    'Rates of counters that are reduced by max, avg or count, where nearly all others in the dashboard, or in the rules, are summed.',
  *run(inputs) {
    for (const aggregations of aggregationsByFile(inputs).values()) {
      const odd = aggregations.filter(({ aggregation }) => aggregation.operator.text !== 'sum')
      if (!isOversight({ lacking: odd.length, having: aggregations.length - odd.length })) continue
      for (const { located, aggregation, name, isMixed } of odd) {
        if (isMixed) continue
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `It takes the ${aggregation.operator.text} of the rates of ${name}, while nearly all other rates here are added up.`,
          mend: `Write sum, if all of ${name} is meant.`,
          about: name,
          at: aggregation.from,
        })
      }
    }
  },
}

interface LocatedAggregation {
  readonly located: ReadQuery
  readonly aggregation: Aggregation
  readonly name: string
  /** Another check tells what it mixes. */
  readonly isMixed: boolean
}

/** Aggregations right around a rate, by dashboard; those of all rules together. */
function aggregationsByFile(inputs: AuditInputs): ReadonlyMap<object, readonly LocatedAggregation[]> {
  const found = new Map<object, LocatedAggregation[]>()
  for (const located of readQueriesOf(inputs)) {
    const { from } = located
    if (from.kind === 'variable') continue
    const file = from.kind === 'panel' ? from.dashboard : inputs.rules
    const aggregations = found.get(file) ?? []
    found.set(file, aggregations)
    for (const { selector, around } of selections(located.query.expression)) {
      const [aggregation, call] = around.slice(-2)
      if (aggregation?.kind !== 'aggregation' || call?.kind !== 'call') continue
      if (!/^(rate|increase|irate)$/.test(call.function.text) || aggregation.operator.isVariable) continue
      // What is ranked or spread is not added up anyhow.
      if (!/^(sum|avg|max|min|count)$/.test(aggregation.operator.text)) continue
      if (!risesOnly(seriesOf(inputs.inventory, selector).kind)) continue
      const isMixed = kindJoined(inputs, selector, around) !== undefined
      aggregations.push({ located, aggregation, name: selector.name?.text ?? 'the metric', isMixed })
    }
  }
  return found
}
