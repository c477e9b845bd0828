import { type CollectionKind, collectionKinds } from '../../model/collection.ts'
import { type DesyncReason, desyncReasons } from '../../model/repo.ts'

/** What applying a batch came to. */
export interface Tally {
  /**
   * What was processed, stale ones included: operations, repo states (sync events), account and identity events.
   * Events that were held count when they are applied.
   */
  readonly events: Record<'create' | 'update' | 'delete' | 'repo' | 'account' | 'identity', number>
  /** Operations, and records of sync runs, that created or updated a record, by what its collection holds. */
  readonly records: Record<CollectionKind, number>
  /** Records written, staged or removed: of several operations on one record in a batch only the last is carried out. */
  writes: number
  /** Operations skipped because the store already had their revision or a later one. */
  stale: number
  /** Commits that did not continue what was known to be stored. */
  chainBreaks: number
  /** Repos that went out of sync. */
  readonly desyncs: Record<DesyncReason, number>
  /** Repos that are synced again after they were not. */
  cured: number
  /** Events that wait from now on, for the end of a sync run or for a key. */
  held: number
  /** Events that waited and were dropped: too many, or older than what a sync run has to fetch. */
  dropped: number
  /** Those among them that were dropped since more waited than may: of their repo, or of all. */
  readonly overflowed: Record<'repo' | 'all', number>
  /** Events that waited for a key, and were refused when it came. */
  refused: number
  /** Operations of such events that the collection filter does not keep. */
  filtered: number
  /** Events that could not be applied because of what they say: records for an account that was deleted. */
  invalid: number
}

export function createTally(): Tally {
  return {
    events: { create: 0, update: 0, delete: 0, repo: 0, account: 0, identity: 0 },
    records: zeros(collectionKinds),
    writes: 0,
    stale: 0,
    chainBreaks: 0,
    desyncs: zeros(desyncReasons),
    cured: 0,
    held: 0,
    dropped: 0,
    overflowed: { repo: 0, all: 0 },
    refused: 0,
    filtered: 0,
    invalid: 0,
  }
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>
}
