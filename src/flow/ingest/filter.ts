import type { Operation, RepoEvent } from '../../model/event.ts'
import type { KeptCollections } from './kept-collections.ts'
import type { KeptRepos } from './kept-repos.ts'

export interface FilterOptions {
  /** Collections to keep, asked for each event, so that they may change. @default all */
  readonly collections?: Pick<KeptCollections, 'has' | 'keepsAll'>
  /** Repos to keep, asked for each event, so that they may change. @default all */
  readonly repos?: Pick<KeptRepos, 'has'>
}

/**
 * Filters out what was not asked for. A commit remains even when all of its operations are filtered out, because the
 * next commit of its repo continues it. What an `unverified` event holds is filtered once that is known.
 */
export type EventFilter = (event: RepoEvent) => FilteredEvent

export interface FilteredEvent {
  /** What is left of the event; absent when its repo was not asked for. */
  readonly event?: RepoEvent
  /** How many operations were filtered out. */
  readonly filtered: number
}

export function createFilter({ collections, repos }: FilterOptions): EventFilter {
  return (event) => {
    if (repos !== undefined && !repos.has(event.did)) {
      return { filtered: event.kind === 'commit' ? event.operations.length : 0 }
    }
    if (event.kind !== 'commit' || collections === undefined || collections.keepsAll)
      return { event, filtered: 0 }
    const keeps = ({ collection }: Operation) => collections.has(collection)
    if (event.operations.every(keeps)) return { event, filtered: 0 }
    const operations = event.operations.filter(keeps)
    return { event: { ...event, operations }, filtered: event.operations.length - operations.length }
  }
}
