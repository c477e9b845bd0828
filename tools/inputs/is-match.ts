import { UsageError } from '@tidegauge/otel/usage-error'
import type { Inventory } from '../metrics/inventory.ts'
import type { Pattern } from '../promql/pattern.ts'

/** What all patterns of one service may take together, in milliseconds. */
const limitMs = 3000

const spentMs = new WeakMap<Inventory, number>()

/**
 * Tells whether a pattern of a query matches a name or value of a service. One try is short; those of a stranger's queries on
 * a stranger's series could take hours.
 *
 * @throws {UsageError} when the patterns tried for this inventory have taken 3 s.
 */
export function isMatch(
  pattern: Pattern,
  text: string,
  { inventory }: { readonly inventory: Inventory },
): boolean {
  const spent = spentMs.get(inventory) ?? 0
  if (spent > limitMs)
    throw new UsageError(
      `the patterns in the queries (=~) take more than ${limitMs / 1000} s on the names and values that there are; shorten them, or give fewer files at a time`,
    )
  const begunMs = performance.now()
  const isFound = pattern.test(text)
  spentMs.set(inventory, spent + performance.now() - begunMs)
  return isFound
}
