import { isCollectionPattern } from '../../model/collection-pattern.ts'
import { SetupError } from '../../model/errors.ts'
import type { Nsid } from '../../model/nsid.ts'

/**
 * Tells which collections are kept, by patterns: names, or prefixes such as `app.bsky.feed.*`. No patterns, or `*`,
 * mean all.
 *
 * @returns undefined when every collection is kept.
 * @throws {SetupError} when a pattern cannot match any collection.
 */
export function collectionMatcher(patterns: readonly string[]): ((collection: Nsid) => boolean) | undefined {
  for (const pattern of patterns) {
    if (isCollectionPattern(pattern)) continue
    throw new SetupError(
      `"${pattern}" is not a collection: write one such as app.bsky.feed.post, or a prefix such as app.bsky.feed.*`,
    )
  }
  if (keepsAll(patterns)) return undefined
  const exact = new Set(patterns.filter((pattern) => !isPrefix(pattern)))
  const prefixes = patterns.filter(isPrefix).map(prefixOf)
  return (collection) => exact.has(collection) || prefixes.some((prefix) => collection.startsWith(prefix))
}

/** The names of all collections that are kept; undefined where patterns cannot be written as names. */
export function wholeCollections(patterns: readonly string[]): readonly Nsid[] | undefined {
  return keepsAll(patterns) || patterns.some(isPrefix) ? undefined : [...new Set(patterns)]
}

/**
 * What patterns keep compared with what others kept before. `wider`: all of that and more; `narrower`: only a part of
 * it; `other`: more of one thing and less of another.
 */
export type FilterChange = 'same' | 'wider' | 'narrower' | 'other'

export function compareFilters(before: readonly string[], now: readonly string[]): FilterChange {
  const keepsBefore = covers(now, before)
  const keptBefore = covers(before, now)
  if (keepsBefore) return keptBefore ? 'same' : 'wider'
  return keptBefore ? 'narrower' : 'other'
}

/** Whether both keep the same collections, however they are written. */
export function sameFilter(one: readonly string[], other: readonly string[]): boolean {
  return compareFilters(one, other) === 'same'
}

/** Whether `wide` keeps everything that `narrow` keeps. No number of names makes up a prefix. */
function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  if (keepsAll(wide)) return true
  if (keepsAll(narrow)) return false
  const exact = new Set(wide)
  const prefixes = wide.filter(isPrefix).map(prefixOf)
  return narrow.every((pattern) => {
    const start = isPrefix(pattern) ? prefixOf(pattern) : pattern
    return exact.has(pattern) || prefixes.some((prefix) => start.startsWith(prefix))
  })
}

const keepsAll = (patterns: readonly string[]) => patterns.length === 0 || patterns.includes('*')
const isPrefix = (pattern: string) => pattern.endsWith('.*')
const prefixOf = (pattern: string) => pattern.slice(0, -1)
