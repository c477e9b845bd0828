import type { TreeOperation } from './invert.ts'

/**
 * Reduces the operations of a commit to one for each key: a host may write, delete and write the same record again in
 * one commit. What the first found and the last left is what the commit did; the versions in between are nowhere.
 */
export function collapse<Operation extends TreeOperation>(
  operations: readonly Operation[],
): readonly Operation[] {
  if (operations.length < 2) return operations
  const firsts = new Map<string, Operation>()
  const lasts = new Map<string, Operation>()
  for (const operation of operations) {
    if (!firsts.has(operation.key)) firsts.set(operation.key, operation)
    lasts.set(operation.key, operation)
  }
  if (lasts.size === operations.length) return operations
  return Array.from(lasts.values(), (last) => join(firsts.get(last.key) as Operation, last))
}

function join<Operation extends TreeOperation>(first: Operation, last: Operation): Operation {
  if (first === last) return last
  const prev = first.prev ?? (first.action === 'create' ? null : undefined)
  const written = prev === null ? 'create' : 'update'
  return { ...last, action: last.cid === undefined ? 'delete' : written, prev }
}
