import type { Expression } from '../../../promql/expression.ts'
import type { AuditInputs } from '../../check.ts'
import { readQueriesOf } from '../queries.ts'

/** What a series was recorded from; undefined for series that no rule records, or several do. */
export type RecordedQuery = (name: string) => Expression | undefined

export function recordedQueries(inputs: AuditInputs): RecordedQuery {
  const known = cache.get(inputs) ?? list(inputs)
  cache.set(inputs, known)
  return (name) => {
    const found = known.get(name) ?? []
    return found.length === 1 ? found[0] : undefined
  }
}

const cache = new WeakMap<AuditInputs, ReadonlyMap<string, readonly Expression[]>>()

function list(inputs: AuditInputs): ReadonlyMap<string, readonly Expression[]> {
  const found = new Map<string, Expression[]>()
  for (const { from, query } of readQueriesOf(inputs)) {
    if (from.kind !== 'rule' || from.rule.kind !== 'record') continue
    const { name } = from.rule
    found.set(name, [...(found.get(name) ?? []), query.expression])
  }
  return found
}
