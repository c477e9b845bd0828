import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'

export const ingesterComponent = {
  name: 'ingester',
  title: 'Ingester',
  description: 'Events on their way from the firehose to the streams.',
} as const satisfies Component

export const ingesterStreamEvents = {
  name: 'ingester.stream_events',
  instrument: 'counter',
  unit: '{event}',
  description: 'Entries written to each stream.',
  attributes: { stream: ['firehose_live', 'firehose_backfill', 'repo_backfill'] },
  noAlert: 'A stream that is not written shows as lag.',
} as const satisfies MetricDefinition

export const ingesterFirehoseLiveLength = {
  name: 'ingester.firehose_live_length',
  instrument: 'gauge',
  unit: '{event}',
  description: 'Entries kept in the stream of live events.',
  noAlert: 'Entries stay until all readers have had them; what waits is indexer.pending_messages.',
} as const satisfies MetricDefinition

export const ingesterFirehoseBackfillLength = {
  name: 'ingester.firehose_backfill_length',
  instrument: 'gauge',
  unit: '{event}',
  description: 'Entries kept in the stream of what sync runs bring.',
  noAlert: 'Bounded by the high-water mark; a stream that is not applied shows as IndexerStuck.',
} as const satisfies MetricDefinition

export const ingesterRepoBackfillLength = {
  name: 'ingester.repo_backfill_length',
  instrument: 'gauge',
  unit: '{repo}',
  description: 'Repos that were listed and are not queued yet.',
  noAlert: 'Bounded by the high-water mark; listing pauses there.',
} as const satisfies MetricDefinition

export const ingesterBackfillReposFetched = {
  name: 'ingester.backfill_repos_fetched',
  instrument: 'counter',
  unit: '{repo}',
  description: 'Repos that relays and hosts have listed.',
  noAlert: 'How many there are is not ours to judge.',
} as const satisfies MetricDefinition

export const ingesterBackfillReposWritten = {
  name: 'ingester.backfill_repos_written',
  instrument: 'counter',
  unit: '{repo}',
  description: 'Repos among those listed that were handed on to be fetched: active, and asked for.',
  noAlert: 'Fewer than were listed, as was asked for.',
} as const satisfies MetricDefinition

export const ingesterBackfillFetchErrors = {
  name: 'ingester.backfill_fetch_errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Pages of lists of repos that could not be fetched; each is retried.',
  noAlert: 'IngesterErrors counts them as well, as type enumerate.',
} as const satisfies MetricDefinition

export const ingesterBackfillCursorSkips = {
  name: 'ingester.backfill_cursor_skips',
  instrument: 'counter',
  unit: '{skip}',
  description: 'How often a host no longer knew the cursor of its list, so that the list was begun again.',
  noAlert: 'Beginning again loses nothing.',
} as const satisfies MetricDefinition

export const ingesterBackfillComplete = {
  name: 'ingester.backfill_complete',
  instrument: 'gauge',
  unit: '',
  description: 'Whether every repo of the source has been listed and handed on (1) or not (0).',
  meanings: [
    { value: 0, text: 'Not listed to the end', severity: 'ok' },
    { value: 1, text: 'Complete', severity: 'ok' },
  ],
} as const satisfies MetricDefinition

export const ingesterFirehoseFilteredOperations = {
  name: 'ingester.firehose_filtered_operations',
  instrument: 'counter',
  unit: '{operation}',
  description: 'Operations left out because their collection or repo was not asked for.',
  noAlert: 'What is left out was asked to be left out.',
} as const satisfies MetricDefinition

export const ingesterEventsInMemory = {
  name: 'ingester.events_in_memory',
  instrument: 'gauge',
  unit: '{event}',
  description: 'Verified events that wait to be written to the stream.',
  noAlert: 'Bounded by the high-water mark; IngesterBackpressure tells when that is reached.',
} as const satisfies MetricDefinition

export const ingesterBackpressureActive = {
  name: 'ingester.backpressure_active',
  instrument: 'gauge',
  unit: '',
  description:
    'Whether reading from the relay is paused because the stream is at its high-water mark (1) or not (0).',
  meanings: [
    { value: 0, text: 'Reading', severity: 'ok' },
    { value: 1, text: 'Paused', severity: 'warning' },
  ],
} as const satisfies MetricDefinition

export const ingesterWebsocketConnections = {
  name: 'ingester.websocket_connections',
  instrument: 'gauge',
  unit: '{connection}',
  description: 'Open connections to relays.',
  noAlert: 'FirehoseDown watches the connection.',
} as const satisfies MetricDefinition

/**
 * `connection` counts attempts to connect that failed and connections that were lost. net/firehose, which has the
 * connections, reports them and counts them in detail; flow/ingest/instrumented.ts counts them here, since to the
 * ingester they are failures to take events in.
 */
export const ingesterErrors = {
  name: 'ingester.errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Failures while taking events in; each is retried.',
  attributes: { type: ['connection', 'enumerate', 'stream', 'store'] },
  thresholds: { warning: 10, critical: 100 },
} as const satisfies MetricDefinition
