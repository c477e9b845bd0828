import type { DashboardTarget } from '../../../dashboards/dashboard.ts'
import type { ParsedQuery } from '../../../promql/parse.ts'
import type { Planes } from '../../planes.ts'
import { readQueriesOf } from '../queries.ts'

/** The queries of panels, each read once for all checks; undefined for what Prometheus would not accept. */
export function queryOf(planes: Planes, target: DashboardTarget): ParsedQuery | undefined {
  const known = cache.get(planes) ?? parse(planes)
  cache.set(planes, known)
  return known.get(target)
}

const cache = new WeakMap<Planes, ReadonlyMap<DashboardTarget, ParsedQuery>>()

function parse(planes: Planes): ReadonlyMap<DashboardTarget, ParsedQuery> {
  const found = new Map<DashboardTarget, ParsedQuery>()
  for (const { from, query } of readQueriesOf(planes))
    if (from.kind === 'panel') found.set(from.target, query)
  return found
}
