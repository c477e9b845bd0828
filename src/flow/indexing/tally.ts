import { type CollectionKind, collectionKinds } from '../../model/collection.ts'

/** What applying a batch came to. */
export interface Tally {
  /** What was processed, stale ones included: operations, repo states (sync events), account and identity events. */
  readonly events: Record<'create' | 'update' | 'delete' | 'repo' | 'account' | 'identity', number>
  /** Operations that created or updated a record, by what its collection holds. */
  readonly records: Record<CollectionKind, number>
  /** Records written or removed: of several operations on one record in a batch only the last is carried out. */
  writes: number
  /** Operations skipped because the store already had their revision or a later one. */
  stale: number
  /** Commits that did not continue what the store had. */
  chainBreaks: number
  /** Events that could not be applied because of what they say: records for an account that was deleted. */
  invalid: number
}

export function createTally(): Tally {
  return {
    events: { create: 0, update: 0, delete: 0, repo: 0, account: 0, identity: 0 },
    records: Object.fromEntries(collectionKinds.map((kind) => [kind, 0])) as Record<CollectionKind, number>,
    writes: 0,
    stale: 0,
    chainBreaks: 0,
    invalid: 0,
  }
}
