import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'
import { batchBuckets, storageBuckets } from '@tidegauge/otel/catalog'

export const firehoseComponent = {
  name: 'firehose',
  title: 'Firehose',
  description: 'The connection to the relay and the events that arrive on it.',
} as const satisfies Component

export const firehoseConnected = {
  name: 'firehose.connected',
  instrument: 'gauge',
  unit: '',
  description:
    'Whether the connection to the relay is open (1) or not (0); one that no longer answers is given up within 20 s.',
  meanings: [
    { value: 0, text: 'Disconnected', severity: 'critical' },
    { value: 1, text: 'Connected', severity: 'ok' },
  ],
} as const satisfies MetricDefinition

export const firehoseLastSeq = {
  name: 'firehose.last_seq',
  instrument: 'gauge',
  unit: '',
  description: 'Sequence number of the last event received from the relay.',
  noAlert: 'How far behind it is shows in the lag; the number itself is neither good nor bad.',
} as const satisfies MetricDefinition

export const firehoseLag = {
  name: 'firehose.lag',
  instrument: 'gauge',
  unit: 's',
  description:
    'Time since the last event read was sent, or since all were last known to be read, while more are known to be unread; 0 once all that came is read. Without a connection, and until a new one has brought something or been quiet for 5 s, nothing tells whether there are more, and it counts on; a relay that keeps events back on an open connection looks quiet.',
  thresholds: { warning: 60, critical: 600 },
} as const satisfies MetricDefinition

export const firehoseEvents = {
  name: 'firehose.events',
  instrument: 'counter',
  unit: '{event}',
  description: 'Events received from the relay, the rejected ones included.',
  attributes: { type: ['commit', 'sync', 'identity', 'account', 'info', 'unknown'] },
  formerly: ['ingester_firehose_identity_events_total', 'ingester_firehose_account_events_total'],
} as const satisfies MetricDefinition

export const firehoseOperations = {
  name: 'firehose.operations',
  instrument: 'counter',
  unit: '{operation}',
  description: 'Operations on records in commits that passed verification.',
  attributes: { op: ['create', 'update', 'delete'] },
  formerly: [
    'ingester_firehose_create_events_total',
    'ingester_firehose_update_events_total',
    'ingester_firehose_delete_events_total',
  ],
  noAlert: 'How much the network writes is not ours to judge.',
} as const satisfies MetricDefinition

export const firehoseErrors = {
  name: 'firehose.errors',
  instrument: 'counter',
  unit: '{error}',
  description:
    'Failed attempts to connect (connect), lost connections (connection), bad events, which are skipped, and bad records, which are kept as bytes (the rest).',
  attributes: {
    error: [
      'connect',
      'connection',
      'frame',
      'decode',
      'canonical',
      'depth',
      'size',
      'cid',
      'signature',
      'mst',
      'cursor',
      'unknown_type',
    ],
  },
} as const satisfies MetricDefinition

export const firehoseReconnects = {
  name: 'firehose.reconnects',
  instrument: 'counter',
  unit: '{reconnect}',
  description: 'Connections to the relay opened again after one was lost.',
  thresholds: { warning: 3, critical: 10 },
} as const satisfies MetricDefinition

export const firehoseReceived = {
  name: 'firehose.received',
  instrument: 'counter',
  unit: 'By',
  description: 'Bytes of event frames received from the relay.',
  noAlert: 'How much the network sends is not ours to judge.',
} as const satisfies MetricDefinition

/*
 * Batches are recorded in flow/ingest: a batch is what one transaction writes together with the cursor, and only the
 * room that writes it knows how long that took. They bear the name of the firehose because its cursor moves by them.
 */

export const firehoseBatchWrite = {
  name: 'firehose.batch_write',
  instrument: 'histogram',
  unit: 's',
  description: 'Time to write a batch of events and its cursor to the stream.',
  buckets: storageBuckets,
  thresholds: { warning: 0.1, critical: 0.5 },
} as const satisfies MetricDefinition

export const firehoseBatchSize = {
  name: 'firehose.batch_size',
  instrument: 'histogram',
  unit: '{record}',
  description: 'Operations on records in one batch that was written to the stream.',
  buckets: batchBuckets,
  noAlert: 'Large batches are how it catches up; falling behind shows as lag.',
} as const satisfies MetricDefinition
