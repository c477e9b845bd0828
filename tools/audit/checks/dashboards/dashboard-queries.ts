import type { DashboardTarget } from '../../../dashboards/dashboard.ts'
import type { ParsedQuery } from '../../../promql/parse.ts'
import type { AuditInputs } from '../../check.ts'
import { readQueriesOf } from '../queries.ts'

/** The queries of panels, each read once for all checks; undefined for what Prometheus would not accept. */
export function queryOf(inputs: AuditInputs, target: DashboardTarget): ParsedQuery | undefined {
  const known = cache.get(inputs) ?? parse(inputs)
  cache.set(inputs, known)
  return known.get(target)
}

const cache = new WeakMap<AuditInputs, ReadonlyMap<DashboardTarget, ParsedQuery>>()

function parse(inputs: AuditInputs): ReadonlyMap<DashboardTarget, ParsedQuery> {
  const found = new Map<DashboardTarget, ParsedQuery>()
  for (const { from, query } of readQueriesOf(inputs))
    if (from.kind === 'panel') found.set(from.target, query)
  return found
}
