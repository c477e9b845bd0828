import type { Meter } from '@opentelemetry/api'
import {
  backfillMetrics,
  backfillPauses,
  backfillRunMetrics,
  observeBackfill,
} from '../flow/backfill/instrumented.ts'
import { identityQueue } from '../flow/backfill/queues.ts'
import { indexerMetrics, observeIndexer } from '../flow/indexing/instrumented.ts'
import { enumerationMetrics, observeEnumeration } from '../flow/ingest/instrumented.ts'
import { observeSync, syncMetrics } from '../flow/sync/instrumented.ts'
import { actionsQueue } from '../model/action.ts'
import { identityMetrics, observeIdentity } from '../net/identity/instrumented.ts'
import { instrumentCache } from '../state/cache/instrumented.ts'
import { instrumentCheckpoint } from '../state/checkpoint/instrumented.ts'
import { countChecks, instrumentDedup } from '../state/dedup/instrumented.ts'
import { countEnqueued, instrumentQueue, observeQueue } from '../state/queue/instrumented.ts'
import { instrumentSearch, observeSearch } from '../state/search/instrumented.ts'
import { cachedStorage } from '../state/storage/cached.ts'
import { instrumentStorage, observeStorage } from '../state/storage/instrumented.ts'
import { instrumentStreams } from '../state/streams/instrumented.ts'
import type { Engine, EngineCounts } from './engine.ts'
import type { Stores } from './stores.ts'

/** Counts what the rooms of an engine report. */
export function countEngine(
  meter: Meter,
  firehose: NonNullable<EngineCounts['firehose']>,
): Required<EngineCounts> {
  const sync = syncMetrics(meter)
  const countRun = backfillRunMetrics(meter)
  return {
    indexing: indexerMetrics(meter),
    sync: {
      ...sync,
      onRun: (run) => {
        sync.onRun(run)
        countRun(run)
      },
    },
    backfill: backfillMetrics(meter),
    onBackpressure: backfillPauses(meter),
    enumeration: enumerationMetrics(meter),
    identity: identityMetrics(meter),
    firehose,
  }
}

/** Exports the state of an engine. */
export function observeEngine(meter: Meter, engine: Engine, stores: Stores): void {
  const { streams, storage, queue } = stores
  const totals = () => engine.backfill.totals()
  observeIndexer(meter, engine.indexer, streams)
  observeIdentity(meter, engine.identity, async () => (await queue.totals(identityQueue)).waiting)
  observeEnumeration(meter, engine.enumeration, streams)
  observeBackfill(meter, {
    backfill: engine.backfill,
    waiting: async () => (await totals()).waiting,
    streams,
  })
  observeSync(meter, { sync: engine.sync, totals, storage })
}

/**
 * Counts and times what the stores do, exports how much they hold, and puts the cache before the storage.
 *
 * @param observersMeter measures what observers work with: queue, cache, keys and checkpoint.
 */
export function instrumentStores(stores: Stores, meter: Meter, observersMeter: Meter): Stores {
  const storage = instrumentStorage(stores.storage, meter)
  const search = instrumentSearch(stores.search, meter)
  const cache = instrumentCache(stores.cache, observersMeter)
  observeStorage(meter, storage)
  observeSearch(meter, search)
  observeQueue(observersMeter, stores.queue, actionsQueue)
  const countJobs = countEnqueued(observersMeter)
  const onChecked = countChecks(observersMeter)
  const onEnqueued = (queue: string, jobs: number) => {
    if (queue === actionsQueue) countJobs(jobs)
  }
  return {
    ...stores,
    storage: cachedStorage(storage, cache),
    search,
    cache,
    streams: instrumentStreams(stores.streams, meter),
    queue: instrumentQueue(stores.queue, observersMeter, actionsQueue, countJobs),
    dedup: instrumentDedup(stores.dedup, observersMeter, onChecked),
    checkpoint: instrumentCheckpoint(stores.checkpoint, observersMeter, { onEnqueued, onChecked }),
  }
}
