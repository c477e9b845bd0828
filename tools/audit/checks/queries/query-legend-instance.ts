import type { Dashboard } from '../../../dashboards/dashboard.ts'
import { resultLabels } from '../../../promql/result-labels.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { isOversight } from '../oversight.ts'
import { queryFinding, type ReadQuery, readQueriesOf } from '../queries.ts'
import { isTargetLabel, labelKnowledge } from './label-knowledge.ts'
import { legendLabels } from './legend-labels.ts'

const check = 'query-legend-instance'

export const queryLegendInstance: Check = {
  name: check,
  description:
    'Queries with a series for each instance that are all called the same, where nearly all others add instances up or name them.',
  *run(inputs) {
    for (const queries of queriesByDashboard(inputs).values()) {
      const lacking = queries.filter(({ isTold }) => !isTold)
      if (!isOversight({ lacking: lacking.length, having: queries.length - lacking.length })) continue
      for (const { located } of lacking)
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: 'The result has a series for each instance, and the legend calls them all the same.',
          mend: 'Add them up (sum, max, …), or write {{instance}} in the legend.',
          about: 'instance',
        })
    }
  },
}

interface Query {
  readonly located: ReadQuery
  readonly isTold: boolean
}

function queriesByDashboard(inputs: AuditInputs): ReadonlyMap<Dashboard, readonly Query[]> {
  const { mayCarry } = labelKnowledge(inputs)
  const found = new Map<Dashboard, Query[]>()
  for (const located of readQueriesOf(inputs)) {
    const { from, query } = located
    if (from.kind !== 'panel' || from.target.isHidden || from.target.legend === undefined) continue
    if (!from.dashboard.variables.some(({ name, isMulti }) => name === 'instance' && isMulti)) continue
    const queries = found.get(from.dashboard) ?? []
    found.set(from.dashboard, queries)
    const named = legendLabels(from.target.legend)
    const isNamed = named.some(isTargetLabel) || from.target.legend === '__auto'
    queries.push({
      located,
      isTold: isNamed || !resultLabels(query.expression, mayCarry).mayHave('instance'),
    })
  }
  return found
}
