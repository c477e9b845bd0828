import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'

export const indexerComponent = {
  name: 'indexer',
  title: 'Indexer',
  description: 'Events on their way from the streams to storage and search.',
} as const satisfies Component

/** What a collection holds, in the few words that records are grouped by. */
export const collectionKinds = ['post', 'like', 'repost', 'follow', 'block', 'profile', 'other'] as const

export const indexerEventsProcessed = {
  name: 'indexer.events_processed',
  instrument: 'counter',
  unit: '{event}',
  description:
    'Operations, repo states, account and identity events that were processed, the stale ones included.',
  attributes: { type: ['create', 'update', 'delete', 'repo', 'account', 'identity'] },
  formerly: ['indexer_create_events_total', 'indexer_update_events_total', 'indexer_delete_events_total'],
} as const satisfies MetricDefinition

export const indexerRecords = {
  name: 'indexer.records',
  instrument: 'counter',
  unit: '{record}',
  description: 'Records created or updated in the store, by what their collection holds.',
  attributes: { collection: collectionKinds },
  formerly: [
    'indexer_post_events_total',
    'indexer_like_events_total',
    'indexer_repost_events_total',
    'indexer_follow_events_total',
    'indexer_block_events_total',
    'indexer_profile_events_total',
  ],
  noAlert: 'Which records people write is not ours to judge.',
} as const satisfies MetricDefinition

export const indexerDbWrites = {
  name: 'indexer.db_writes',
  instrument: 'counter',
  unit: '{record}',
  description: 'Records written to or removed from the store.',
  noAlert: 'IndexerStuck and StorageSlow tell when writing fails or is slow.',
} as const satisfies MetricDefinition

export const indexerStaleWritesSkipped = {
  name: 'indexer.stale_writes_skipped',
  instrument: 'counter',
  unit: '{operation}',
  description: 'Operations skipped because the store already held their revision or a later one.',
  noAlert: 'Events that come twice are skipped as they should be.',
} as const satisfies MetricDefinition

export const indexerChainBreaks = {
  name: 'indexer.chain_breaks',
  instrument: 'counter',
  unit: '{break}',
  description: 'Commits that did not continue the stored state of their repo, which is then out of sync.',
  thresholds: { warning: 10, critical: 100 },
} as const satisfies MetricDefinition

export const indexerAckFailures = {
  name: 'indexer.ack_failures',
  instrument: 'counter',
  unit: '{failure}',
  description:
    'Batches that were applied but could not be acknowledged; they are applied again without effect.',
  thresholds: { warning: 1, critical: 10 },
} as const satisfies MetricDefinition

export const indexerErrors = {
  name: 'indexer.errors',
  instrument: 'counter',
  unit: '{error}',
  description:
    'Entries of the stream that could not be applied: invalid data (expected), or anything else (unexpected).',
  attributes: { kind: ['expected', 'unexpected'] },
  thresholds: { warning: 1, critical: 100 },
  formerly: ['indexer_expected_errors_total', 'indexer_unexpected_errors_total'],
} as const satisfies MetricDefinition

export const indexerPendingMessages = {
  name: 'indexer.pending_messages',
  instrument: 'gauge',
  unit: '{event}',
  description: 'Entries of the stream that wait to be indexed.',
  thresholds: { warning: 10_000, critical: 80_000 },
} as const satisfies MetricDefinition

export const indexerActiveTasks = {
  name: 'indexer.active_tasks',
  instrument: 'gauge',
  unit: '{task}',
  description: 'Batches being indexed right now.',
  noAlert: 'Shows whether it works right now; IndexerStuck watches that it gets on.',
} as const satisfies MetricDefinition
