import type { Config } from '../config.ts'
import type { Log } from '../model/log.ts'
import type { Cache } from '../state/cache/cache.ts'
import { MemoryCache } from '../state/cache/memory.ts'
import type { Checkpoint } from '../state/checkpoint/checkpoint.ts'
import { SqliteCheckpoint } from '../state/checkpoint/sqlite.ts'
import type { Database } from '../state/database.ts'
import type { Dedup } from '../state/dedup/dedup.ts'
import { SqliteDedup } from '../state/dedup/sqlite.ts'
import type { Failures } from '../state/failures/failures.ts'
import { SqliteFailures } from '../state/failures/sqlite.ts'
import type { Identities } from '../state/identities/identities.ts'
import { SqliteIdentities } from '../state/identities/sqlite.ts'
import { SqliteLocalStore } from '../state/local/sqlite.ts'
import type { LocalStore } from '../state/local/store.ts'
import type { Queue } from '../state/queue/queue.ts'
import { SqliteQueue } from '../state/queue/sqlite.ts'
import type { Runs } from '../state/runs/runs.ts'
import { SqliteRuns } from '../state/runs/sqlite.ts'
import type { Search } from '../state/search/search.ts'
import { SqliteSearch } from '../state/search/sqlite.ts'
import { type Kept, keptBytes } from '../state/storage/cached.ts'
import { SqliteStorage } from '../state/storage/sqlite.ts'
import type { Storage } from '../state/storage/storage.ts'
import { SqliteStreams } from '../state/streams/sqlite.ts'
import type { Streams } from '../state/streams/streams.ts'

/** What is kept, all of it in one database, but for the cache. */
export interface Stores {
  readonly storage: Storage
  readonly search: Search
  readonly streams: Streams
  readonly queue: Queue
  readonly dedup: Dedup
  /** How far listeners have come, with the jobs and keys that this calls for. */
  readonly checkpoint: Checkpoint
  /** What was looked up in the storage. Nothing goes through it before `cachedStorage` does. */
  readonly cache: Cache<Kept>
  readonly failures: Failures
  /** What DIDs were resolved to. */
  readonly identities: Identities
  /** The node's own repo. */
  readonly local: LocalStore
  /** What runs of commands have come to that no node has counted yet. */
  readonly runs: Runs
}

export interface OpenStoresOptions extends Partial<Pick<Config, 'index' | 'search'>> {
  /** Gets a line when keys of actions are forgotten early, and when that is over. @default none */
  readonly log?: Pick<Log, 'warn' | 'info'>
}

/**
 * Opens what is kept in a database.
 *
 * @param options.index fields to find records by. @default those that the database was last indexed by
 * @param options.search fields to search. @default those that the database was last indexed by
 */
export function openStores(database: Database, { index, search, log }: OpenStoresOptions = {}): Stores {
  const streams = new SqliteStreams({ database })
  const queue = new SqliteQueue({ database })
  const dedup = new SqliteDedup({
    database,
    onFull: (isFull) =>
      isFull
        ? log?.warn(
            'more actions are called for than are remembered, so that a change that comes again within 24 hours may be acted on again: narrow the conditions of the observers',
          )
        : log?.info('no more actions are called for than are remembered'),
  })
  return {
    storage: new SqliteStorage({ database, streams, ...(index && { index }) }),
    search: new SqliteSearch({ database, ...(search && { fields: search }) }),
    streams,
    queue,
    dedup,
    checkpoint: new SqliteCheckpoint({ database, queue, dedup }),
    cache: new MemoryCache({ sizeOf: keptBytes }),
    failures: new SqliteFailures({ database }),
    identities: new SqliteIdentities({ database }),
    local: new SqliteLocalStore({ database }),
    runs: new SqliteRuns({ database }),
  }
}
