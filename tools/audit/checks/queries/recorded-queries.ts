import type { Expression } from '../../../promql/expression.ts'
import type { Planes } from '../../planes.ts'
import { readQueriesOf } from '../queries.ts'

/** What a series was recorded from; undefined for series that no rule records, or several do. */
export type RecordedQuery = (name: string) => Expression | undefined

export function recordedQueries(planes: Planes): RecordedQuery {
  const known = cache.get(planes) ?? list(planes)
  cache.set(planes, known)
  return (name) => {
    const found = known.get(name) ?? []
    return found.length === 1 ? found[0] : undefined
  }
}

const cache = new WeakMap<Planes, ReadonlyMap<string, readonly Expression[]>>()

function list(planes: Planes): ReadonlyMap<string, readonly Expression[]> {
  const found = new Map<string, Expression[]>()
  for (const { from, query } of readQueriesOf(planes)) {
    if (from.kind !== 'rule' || from.rule.kind !== 'record') continue
    const { name } = from.rule
    found.set(name, [...(found.get(name) ?? []), query.expression])
  }
  return found
}
