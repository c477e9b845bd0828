import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import { firehoseBatchSize, firehoseBatchWrite } from '../../catalog/firehose/metrics.ts'
import {
  ingesterBackfillComplete,
  ingesterBackfillCursorSkips,
  ingesterBackfillFetchErrors,
  ingesterBackfillReposFetched,
  ingesterBackfillReposWritten,
  ingesterBackpressureActive,
  ingesterErrors,
  ingesterEventsInMemory,
  ingesterFirehoseBackfillLength,
  ingesterFirehoseFilteredOperations,
  ingesterFirehoseLiveLength,
  ingesterRepoBackfillLength,
  ingesterWebsocketConnections,
} from '../../catalog/ingester/metrics.ts'
import { firehoseBackfill, firehoseLive, repoBackfill, type Streams } from '../../state/streams/streams.ts'
import type { Enumeration, EnumerationOptions } from './enumerate.ts'
import type { Ingest, IngestOptions } from './ingest.ts'

/** Counts what the ingest reports, and records the time and size of its batches. */
export function ingestMetrics(
  meter: Meter,
): Required<Pick<IngestOptions, 'onWrite' | 'onFilter' | 'onError'>> {
  const filtered = bind(meter, ingesterFirehoseFilteredOperations)
  const errors = bind(meter, ingesterErrors).bind({ type: 'stream' })
  const size = bind(meter, firehoseBatchSize)
  const duration = bind(meter, firehoseBatchWrite)
  return {
    onWrite: ({ operations, durationMs }) => {
      size.record(operations)
      duration.record(durationMs / 1000)
    },
    onFilter: (operations) => filtered.add(operations),
    onError: () => errors.add(1),
  }
}

/**
 * Counts lost and failed connections to the relay among the errors of the ingester.
 *
 * @returns what to call for each.
 */
export function ingestConnectionErrors(meter: Meter): () => void {
  const errors = bind(meter, ingesterErrors).bind({ type: 'connection' })
  return () => errors.add(1)
}

/** Counts what listing the repos of the source comes to. */
export function enumerationMetrics(
  meter: Meter,
): Required<Pick<EnumerationOptions, 'onPage' | 'onError' | 'onStoreError' | 'onCursorSkip'>> {
  const fetched = bind(meter, ingesterBackfillReposFetched)
  const written = bind(meter, ingesterBackfillReposWritten)
  const fetchErrors = bind(meter, ingesterBackfillFetchErrors)
  const errors = bind(meter, ingesterErrors)
  const skips = bind(meter, ingesterBackfillCursorSkips)
  return {
    onPage: (page) => {
      fetched.add(page.fetched)
      written.add(page.written)
    },
    onError: () => {
      fetchErrors.add(1)
      errors.add(1, { type: 'enumerate' })
    },
    onStoreError: () => errors.add(1, { type: 'store' }),
    onCursorSkip: () => skips.add(1),
  }
}

/** Exports how far the listing has come, and what of it waits. */
export function observeEnumeration(
  meter: Meter,
  enumeration: Pick<Enumeration, 'progress'>,
  streams: Pick<Streams, 'length'>,
): void {
  observe(meter, ingesterBackfillComplete, () => (enumeration.progress.isComplete ? 1 : 0))
  observe(meter, ingesterRepoBackfillLength, () => streams.length(repoBackfill))
  observe(meter, ingesterFirehoseBackfillLength, () => streams.length(firehoseBackfill))
}

/** Exports the state of the ingest. @param connections how many connections to relays are open. */
export function observeIngest(
  meter: Meter,
  ingest: Pick<Ingest, 'eventsInMemory' | 'isHeldBack'>,
  streams: Pick<Streams, 'length'>,
  connections: () => number,
): void {
  observe(meter, ingesterFirehoseLiveLength, () => streams.length(firehoseLive))
  observe(meter, ingesterEventsInMemory, () => ingest.eventsInMemory)
  observe(meter, ingesterBackpressureActive, () => (ingest.isHeldBack ? 1 : 0))
  observe(meter, ingesterWebsocketConnections, connections)
}
