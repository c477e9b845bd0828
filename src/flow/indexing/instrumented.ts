import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import {
  indexerAckFailures,
  indexerActiveTasks,
  indexerChainBreaks,
  indexerDbWrites,
  indexerErrors,
  indexerEventsProcessed,
  indexerPendingMessages,
  indexerRecords,
  indexerStaleWritesSkipped,
} from '../../catalog/indexer/metrics.ts'
import { ingesterFirehoseFilteredOperations } from '../../catalog/ingester/metrics.ts'
import { syncDesyncs, syncHeldDropped } from '../../catalog/sync/metrics.ts'
import { firehoseBackfill, firehoseLive, type Streams } from '../../state/streams/streams.ts'
import { type Indexer, type IndexerOptions, indexerGroup } from './indexer.ts'

/** Counts what the indexer reports. */
export function indexerMetrics(
  meter: Meter,
): Required<Pick<IndexerOptions, 'onApply' | 'onError' | 'onAckFailure'>> {
  const processed = bind(meter, indexerEventsProcessed)
  const records = bind(meter, indexerRecords)
  const writes = bind(meter, indexerDbWrites)
  const stale = bind(meter, indexerStaleWritesSkipped)
  const chainBreaks = bind(meter, indexerChainBreaks)
  const errors = bind(meter, indexerErrors)
  const ackFailures = bind(meter, indexerAckFailures)
  const desyncs = bind(meter, syncDesyncs)
  const heldDropped = bind(meter, syncHeldDropped)
  // They have waited for a key, and so have passed the ingester unread.
  const filtered = bind(meter, ingesterFirehoseFilteredOperations)
  return {
    onApply: (tally) => {
      for (const [type, count] of entries(tally.events)) if (count > 0) processed.add(count, { type })
      for (const [collection, count] of entries(tally.records)) {
        if (count > 0) records.add(count, { collection })
      }
      writes.add(tally.writes)
      stale.add(tally.stale)
      chainBreaks.add(tally.chainBreaks)
      for (const [reason, count] of entries(tally.desyncs)) if (count > 0) desyncs.add(count, { reason })
      for (const [limit, count] of entries(tally.overflowed)) if (count > 0) heldDropped.add(count, { limit })
      filtered.add(tally.filtered)
    },
    onError: (kind) => errors.add(1, { kind }),
    onAckFailure: () => ackFailures.add(1),
  }
}

/** Exports the state of the indexer. */
export function observeIndexer(
  meter: Meter,
  indexer: Pick<Indexer, 'activeTasks'>,
  streams: Pick<Streams, 'pending'>,
): void {
  observe(meter, indexerPendingMessages, async () => {
    const pending = [firehoseLive, firehoseBackfill].map((stream) => streams.pending(stream, indexerGroup))
    return (await Promise.all(pending)).reduce((sum, one) => sum + one)
  })
  observe(meter, indexerActiveTasks, () => indexer.activeTasks)
}

function entries<Key extends string>(counts: Readonly<Record<Key, number>>): [Key, number][] {
  return Object.entries(counts) as [Key, number][]
}
