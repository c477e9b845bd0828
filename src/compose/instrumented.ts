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
import { identityMetrics, observeIdentity } from '../net/identity/instrumented.ts'
import { instrumentSearch, observeSearch } from '../state/search/instrumented.ts'
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

/** Times what the stores do, and exports how much they hold. */
export function instrumentStores(stores: Stores, meter: Meter): Stores {
  const storage = instrumentStorage(stores.storage, meter)
  const search = instrumentSearch(stores.search, meter)
  observeStorage(meter, storage)
  observeSearch(meter, search)
  return { ...stores, storage, search, streams: instrumentStreams(stores.streams, meter) }
}
