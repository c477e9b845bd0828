import { recordUri, type StoredRecord } from '../../model/record.ts'
import type { Cache, Change } from '../cache/cache.ts'
import { isHidden, type RepoChange, type RepoState, type Storage } from './storage.ts'

/** What is kept of a storage in memory: records by their URI, repos by their DID. */
export type Kept = StoredRecord | RepoState

/**
 * A storage whose `get` and `getRepo` are answered from a cache where they can be. What changes drops it there before
 * the change can be seen: whoever changes the storage has to do it through this.
 */
export function cachedStorage(storage: Storage, cache: Cache<Kept>): Storage {
  const find = async <Value extends Kept>(
    key: string,
    owner: string,
    load: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> => {
    const [found] = await cache.get([{ key, owner }], async () => [await load()])
    return found as Value | undefined
  }
  return {
    get: (address) => find(recordUri(address), address.did, () => storage.get(address)),
    getRepo: (did) => find(did, did, () => storage.getRepo(did)),
    apply: (...change) => cache.change(change[0].map(droppedBy), () => storage.apply(...change)),
    prune: (...what) => cache.change('everything', () => storage.prune(...what)),
    query: (query) => storage.query(query),
    scan: (did) => storage.scan(did),
    repos: (dids) => storage.repos(dids),
    held: (did, limit) => storage.held(did, limit),
    heldBeyond: (limits) => storage.heldBeyond(limits),
    withHeld: (after, limit) => storage.withHeld(after, limit),
    staged: (did) => storage.staged(did),
    entries: (did) => storage.entries(did),
    countRecords: (did, most) => storage.countRecords(did, most),
    tracking: () => storage.tracking(),
    setTracking: (did, tracking) => storage.setTracking(did, tracking),
    note: (key) => storage.note(key),
    setNote: (key, value) => storage.setNote(key, value),
    sweep: () => storage.sweep(),
    listRepos: (query) => storage.listRepos(query),
    reindex: (signal) => storage.reindex(signal),
    totals: () => storage.totals(),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  }
}

/** What a record or a repo takes in memory, estimated, in bytes. */
export function keptBytes(kept: Kept): number {
  return 'bytes' in kept ? kept.bytes.length + recordBytes : repoBytes
}

const recordBytes = 500
const repoBytes = 1000

/** What is not true any more after a change; of a repo that is replaced or hidden that is all of it. */
function droppedBy({ repo, clear, unveil, remove, puts = [], deletes = [] }: RepoChange): Change {
  const { did, status } = repo
  const isWhole = clear || unveil !== undefined || remove || isHidden(status)
  return isWhole ? { owner: did } : { owner: did, keys: [did, ...[...puts, ...deletes].map(recordUri)] }
}
