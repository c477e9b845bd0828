import type { Did } from '../../model/did.ts'
import { SetupError } from '../../model/errors.ts'
import type { Operation, RepoEvent } from '../../model/event.ts'
import { isNsid, type Nsid } from '../../model/nsid.ts'

export interface FilterOptions {
  /** Collections to keep: names, or prefixes such as `app.bsky.feed.*`. @default all */
  readonly collections?: readonly string[]
  /** Repos to keep. @default all */
  readonly dids?: readonly Did[]
}

/**
 * Filters out what was not asked for. A commit remains even when all of its operations are filtered out, because the
 * next commit of its repo continues it.
 */
export type EventFilter = (event: RepoEvent) => FilteredEvent

export interface FilteredEvent {
  /** What is left of the event; absent when its repo was not asked for. */
  readonly event?: RepoEvent
  /** How many operations were filtered out. */
  readonly filtered: number
}

/** @throws {SetupError} when a pattern cannot match any collection. */
export function createFilter({ collections = [], dids = [] }: FilterOptions): EventFilter {
  const keepsCollection = collectionMatcher(collections)
  const kept = new Set(dids)
  return (event) => {
    if (kept.size > 0 && !kept.has(event.did)) {
      return { filtered: event.kind === 'commit' ? event.operations.length : 0 }
    }
    if (event.kind !== 'commit' || keepsCollection === undefined) return { event, filtered: 0 }
    const keeps = ({ collection }: Operation) => keepsCollection(collection)
    if (event.operations.every(keeps)) return { event, filtered: 0 }
    const operations = event.operations.filter(keeps)
    return { event: { ...event, operations }, filtered: event.operations.length - operations.length }
  }
}

/** @returns undefined when every collection is kept. */
function collectionMatcher(patterns: readonly string[]): ((collection: Nsid) => boolean) | undefined {
  for (const pattern of patterns) {
    if (isPattern(pattern)) continue
    throw new SetupError(
      `"${pattern}" is not a collection: write one such as app.bsky.feed.post, or a prefix such as app.bsky.feed.*`,
    )
  }
  if (patterns.length === 0 || patterns.includes('*')) return undefined
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('.*')))
  const prefixes = patterns.filter((pattern) => pattern.endsWith('.*')).map((pattern) => pattern.slice(0, -1))
  return (collection) => exact.has(collection) || prefixes.some((prefix) => collection.startsWith(prefix))
}

function isPattern(pattern: string): boolean {
  if (pattern === '*') return true
  // At least one part follows a prefix; with a second one even `app.*` becomes a complete name.
  return pattern.endsWith('.*') ? isNsid(`${pattern.slice(0, -2)}.some.name`) : isNsid(pattern)
}
