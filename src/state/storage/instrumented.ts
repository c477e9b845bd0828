import type { Meter } from '@opentelemetry/api'
import { observe, timed } from '@tidegauge/otel'
import {
  storageCollectionRecords,
  storageCollections,
  storageDisk,
  storageOperation,
  storageRecords,
  storageRepos,
} from '../../catalog/storage/metrics.ts'
import type { CollectionKind } from '../../model/collection.ts'
import type { RepoStatus } from '../../model/repo.ts'
import type { RepoChange, Storage } from './storage.ts'

/** Times what the storage does. A scan is timed from its first record asked for to its last. */
export function instrumentStorage(storage: Storage, meter: Meter): Storage {
  const measure = timed(meter, { duration: storageOperation })
  return {
    get: (address) => measure({ op: 'get' }, () => storage.get(address)),
    query: (query) => measure({ op: 'query' }, () => storage.query(query)),
    scan: (did) => timedScan(() => storage.scan(did)),
    getRepo: (did) => measure({ op: 'get' }, () => storage.getRepo(did)),
    repos: (dids) => measure({ op: 'lookup' }, () => storage.repos(dids)),
    held: (did, limit) => measure({ op: 'lookup' }, () => storage.held(did, limit)),
    withHeld: (after, limit) => measure({ op: 'lookup' }, () => storage.withHeld(after, limit)),
    // Asked for with each event that has to wait, and mostly for nothing.
    heldBeyond: (limits) => storage.heldBeyond(limits),
    staged: (did) => measure({ op: 'lookup' }, () => storage.staged(did)),
    entries: (did) => timedScan(() => storage.entries(did)),
    countRecords: (did, most) => measure({ op: 'lookup' }, () => storage.countRecords(did, most)),
    tracking: () => measure({ op: 'lookup' }, () => storage.tracking()),
    setTracking: (did, tracking) => storage.setTracking(did, tracking),
    note: (key) => measure({ op: 'lookup' }, () => storage.note(key)),
    setNote: (key, value) => storage.setNote(key, value),
    // Asked for all the time, and mostly for nothing: it would hide what deletes take.
    sweep: () => storage.sweep(),
    prune: (keeps, signal) => measure({ op: 'delete' }, () => storage.prune(keeps, signal)),
    listRepos: (query) => measure({ op: 'query' }, () => storage.listRepos(query)),
    apply: (changes, observed) =>
      measure({ op: operationOf(changes) }, () => storage.apply(changes, observed)),
    reindex: (signal) => storage.reindex(signal),
    totals: () => storage.totals(),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  }

  async function* timedScan<Item>(scan: () => AsyncIterable<Item>): AsyncIterable<Item> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const done = measure({ op: 'scan' }, () => promise)
    done.catch(() => {})
    try {
      yield* scan()
    } catch (error) {
      reject(error)
      throw error
    } finally {
      resolve()
    }
  }
}

/** Exports how much there is. */
export function observeStorage(meter: Meter, storage: Pick<Storage, 'totals'>): void {
  observe(meter, storageRecords, async () => (await storage.totals()).records)
  observe(meter, storageCollections, async () => (await storage.totals()).collections)
  observe(meter, storageDisk, async () => (await storage.totals()).diskBytes)
  observe(meter, storageCollectionRecords, async () =>
    Object.entries((await storage.totals()).recordsByKind).map(([collection, value]) => ({
      value,
      attributes: { collection: collection as CollectionKind },
    })),
  )
  observe(meter, storageRepos, async () =>
    Object.entries((await storage.totals()).reposByStatus).map(([status, value]) => ({
      value,
      attributes: { status: status as RepoStatus },
    })),
  )
}

function operationOf(changes: readonly RepoChange[]): 'put' | 'put_batch' | 'delete' {
  let puts = 0
  let deletes = 0
  for (const change of changes) {
    puts += (change.puts?.length ?? 0) + (change.stage?.puts.length ?? 0)
    deletes += change.deletes?.length ?? 0
    if (change.clear || change.unstage || change.remove) deletes++
  }
  if (puts === 0 && deletes > 0) return 'delete'
  return puts === 1 && deletes === 0 ? 'put' : 'put_batch'
}
