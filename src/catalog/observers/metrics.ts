import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'
import { storageBuckets } from '@tidegauge/otel/catalog'
import { actionKinds } from '../../model/action.ts'

export const observersComponent = {
  name: 'observers',
  title: 'Observers',
  description:
    'What happens in the network, and what is done about it: events, actions, and the jobs between them.',
} as const satisfies Component

/** Events and actions, in seconds. */
const eventBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] as const

export const eventsProcessed = {
  name: 'events.processed',
  instrument: 'counter',
  unit: '{event}',
  description:
    'Events that were held against the observers, once what they call for is on disk; a failure is one that cannot be read.',
  attributes: { outcome: ['success', 'failure'] },
  noAlert:
    'Saving is repeated until it succeeds; HighActionFailureRate watches what is done about the events.',
} as const satisfies MetricDefinition

export const eventProcessingDuration = {
  name: 'event.processing_duration',
  instrument: 'histogram',
  unit: 's',
  description:
    'Time to hold one event against the observers, without the actions, which follow by themselves.',
  buckets: eventBuckets,
  sampled: true,
  formerly: ['event_processing_duration_ms'],
  noAlert: 'An observer that takes too long for what the network brings shows as events that wait.',
} as const satisfies MetricDefinition

export const eventsInFlight = {
  name: 'events.in_flight',
  instrument: 'upDownCounter',
  unit: '{event}',
  description: 'Events that are held against the observers right now.',
  noAlert: 'Bounded by the size of a batch.',
} as const satisfies MetricDefinition

export const actionsExecuted = {
  name: 'actions.executed',
  instrument: 'counter',
  unit: '{action}',
  description:
    'Actions that were begun, each attempt counted, those that the end of the service cuts short included, by kind.',
  attributes: { action: actionKinds },
  noAlert: 'How many there are is not ours to judge; what comes of them is.',
} as const satisfies MetricDefinition

export const actionSuccess = {
  name: 'action.success',
  instrument: 'counter',
  unit: '{action}',
  description: 'Attempts of actions that succeeded, by kind.',
  attributes: { action: actionKinds },
} as const satisfies MetricDefinition

export const actionFailure = {
  name: 'action.failure',
  instrument: 'counter',
  unit: '{action}',
  description: 'Attempts of actions that failed, those that took too long included, by kind.',
  attributes: { action: actionKinds },
} as const satisfies MetricDefinition

export const actionTimeout = {
  name: 'action.timeout',
  instrument: 'counter',
  unit: '{action}',
  description: 'Attempts of actions that took longer than they may, by kind. They have failed as well.',
  attributes: { action: actionKinds },
  noAlert: 'Each has failed as well, and counts there.',
} as const satisfies MetricDefinition

export const actionDuration = {
  name: 'action.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that an attempt of an action takes, failed ones included, by kind.',
  attributes: { action: actionKinds },
  buckets: eventBuckets,
  sampled: true,
  formerly: ['action_duration_ms'],
  noAlert: 'How long an action takes is up to whom it calls; too long is a timeout, and a failure.',
} as const satisfies MetricDefinition

export const queueDepth = {
  name: 'queue.depth',
  instrument: 'gauge',
  unit: '{job}',
  description: 'Actions that wait or run, those that wait for another attempt included, dead letters not.',
  thresholds: { warning: 1000 },
} as const satisfies MetricDefinition

export const queueOldestJobAge = {
  name: 'queue.oldest_job_age',
  instrument: 'gauge',
  unit: 's',
  description: 'How long the action that was enqueued first has waited; 0 where none waits.',
  noAlert: 'What is tried again for hours is as old as that; QueueDepthHigh says when actions pile up.',
} as const satisfies MetricDefinition

export const queueJobsEnqueued = {
  name: 'queue.jobs_enqueued',
  instrument: 'counter',
  unit: '{job}',
  description: 'Actions that were enqueued and had not been in the queue.',
  noAlert: 'How much there is to do is up to the network and the observers.',
} as const satisfies MetricDefinition

export const queueJobsProcessed = {
  name: 'queue.jobs_processed',
  instrument: 'counter',
  unit: '{job}',
  description: 'Actions that were done, and left the queue.',
  noAlert: 'Few are no fault where few are enqueued.',
} as const satisfies MetricDefinition

export const queueRetry = {
  name: 'queue.retry',
  instrument: 'counter',
  unit: '{job}',
  description: 'Attempts that failed and will be made again.',
  noAlert: 'Each is an action that failed, and counts there.',
} as const satisfies MetricDefinition

export const queueDeadletter = {
  name: 'queue.deadletter',
  instrument: 'counter',
  unit: '{job}',
  description: 'Actions that were given up, and set aside as dead letters.',
  noAlert: 'Each is an action that failed, and counts there.',
} as const satisfies MetricDefinition

export const queueJobsRemoved = {
  name: 'queue.jobs_removed',
  instrument: 'counter',
  unit: '{job}',
  description:
    'Actions that were taken out of the queue undone, since the account of their record is hidden or gone by now.',
  noAlert: 'To tell nobody of what is hidden is what it is for.',
} as const satisfies MetricDefinition

export const cacheHits = {
  name: 'cache.hits',
  instrument: 'counter',
  unit: '{hit}',
  description: 'Look-ups of records and repos that were answered from memory.',
} as const satisfies MetricDefinition

export const cacheMisses = {
  name: 'cache.misses',
  instrument: 'counter',
  unit: '{miss}',
  description: 'Look-ups of records and repos that had to be read from the store.',
} as const satisfies MetricDefinition

export const cacheEvictions = {
  name: 'cache.evictions',
  instrument: 'counter',
  unit: '{entry}',
  description:
    'Entries of the cache that made room for others. Those that were too old or had changed do not count.',
  noAlert: 'A cache that is too small shows as look-ups that miss.',
} as const satisfies MetricDefinition

export const cacheHitRate = {
  name: 'cache.hit_rate',
  instrument: 'gauge',
  unit: '{percent}',
  description:
    'Share of all look-ups since the start that were answered from memory, in percent; absent before the first.',
  noAlert: 'CacheHitRateLow watches the look-ups of the last minutes.',
} as const satisfies MetricDefinition

export const cacheSize = {
  name: 'cache.size',
  instrument: 'gauge',
  unit: 'By',
  description: 'What the entries of the cache take in memory, estimated.',
  noAlert: 'Bounded: what was used longest ago goes first.',
} as const satisfies MetricDefinition

export const dedupChecks = {
  name: 'dedup.checks',
  instrument: 'counter',
  unit: '{check}',
  description: 'Actions that were called for, and looked for among those of their window.',
  noAlert: 'How much there is to do is up to the network and the observers.',
} as const satisfies MetricDefinition

export const dedupDuplicatesFound = {
  name: 'dedup.duplicates_found',
  instrument: 'counter',
  unit: '{duplicate}',
  description: 'Actions that were called for again within their window, and left out.',
  noAlert: 'To leave out what was done is what it is for.',
} as const satisfies MetricDefinition

export const dedupHitRate = {
  name: 'dedup.hit_rate',
  instrument: 'gauge',
  unit: '{percent}',
  description:
    'Share of all checks since the start that found a duplicate, in percent; absent before the first.',
  noAlert: 'To leave out what was done is what it is for.',
} as const satisfies MetricDefinition

export const checkpointSaves = {
  name: 'checkpoint.saves',
  instrument: 'counter',
  unit: '{save}',
  description: 'Positions that listeners have saved, with the actions that the events before them call for.',
  noAlert: 'A listener without events has nothing to save.',
} as const satisfies MetricDefinition

export const checkpointRecovery = {
  name: 'checkpoint.recovery',
  instrument: 'counter',
  unit: '{recovery}',
  description: 'Times that a listener went on from a position that it had saved.',
  noAlert: 'A start is no fault; the process itself tells of those that are too many.',
} as const satisfies MetricDefinition

export const checkpointSaveDuration = {
  name: 'checkpoint.save_duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time to save a position with its actions, failed attempts included.',
  buckets: storageBuckets,
  sampled: true,
  formerly: ['checkpoint_save_duration_ms'],
  noAlert: 'A slow disk shows in the operations of the store.',
} as const satisfies MetricDefinition
