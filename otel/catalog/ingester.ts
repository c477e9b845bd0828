import type { MetricDefinition } from './metric.ts'
import type { Component } from './rule.ts'

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
} as const satisfies MetricDefinition

export const ingesterFirehoseLiveLength = {
  name: 'ingester.firehose_live_length',
  instrument: 'gauge',
  unit: '{event}',
  description: 'Entries kept in the stream of live events.',
} as const satisfies MetricDefinition

export const ingesterFirehoseFilteredOperations = {
  name: 'ingester.firehose_filtered_operations',
  instrument: 'counter',
  unit: '{operation}',
  description: 'Operations left out because their collection or repo was not asked for.',
} as const satisfies MetricDefinition

export const ingesterEventsInMemory = {
  name: 'ingester.events_in_memory',
  instrument: 'gauge',
  unit: '{event}',
  description: 'Verified events that wait to be written to the stream.',
} as const satisfies MetricDefinition

export const ingesterBackpressureActive = {
  name: 'ingester.backpressure_active',
  instrument: 'gauge',
  unit: '',
  description:
    'Whether reading from the relay is paused because the stream is at its high-water mark (1) or not (0).',
} as const satisfies MetricDefinition

export const ingesterWebsocketConnections = {
  name: 'ingester.websocket_connections',
  instrument: 'gauge',
  unit: '{connection}',
  description: 'Open connections to relays.',
} as const satisfies MetricDefinition

export const ingesterErrors = {
  name: 'ingester.errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Failures while taking events in; each is retried.',
  attributes: { type: ['connection', 'enumerate', 'stream', 'store'] },
} as const satisfies MetricDefinition
