import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'
import { requestBuckets } from '@tidegauge/otel/catalog'

export const syncComponent = {
  name: 'sync',
  title: 'Sync',
  description: 'Repos that are brought up to date with their hosts, whoever asked for it.',
} as const satisfies Component

/** What made a sync run begin. */
export const syncTriggers = [
  'mcp',
  'write',
  'edit',
  'cli',
  'api',
  'background',
  'backfill',
  'resync',
  'observer',
] as const

export const syncRuns = {
  name: 'sync.runs',
  instrument: 'counter',
  unit: '{run}',
  description: 'Sync runs, under the trigger that began them.',
  attributes: { trigger: syncTriggers },
  formerly: ['writestead_sync_runs_total'],
  noAlert: 'How much is to be synced depends on what the owners of repos do.',
} as const satisfies MetricDefinition

export const syncJoined = {
  name: 'sync.joined',
  instrument: 'counter',
  unit: '{call}',
  description: 'Calls that joined a run of the same repo that was under way.',
  attributes: { trigger: syncTriggers },
  noAlert: 'Joining a run is what is meant to happen.',
} as const satisfies MetricDefinition

export const syncErrors = {
  name: 'sync.errors',
  instrument: 'counter',
  unit: '{run}',
  description: 'Sync runs that failed, by trigger and reason.',
  attributes: {
    trigger: syncTriggers,
    reason: ['auth', 'network', 'conflict', 'rate_limited', 'invalid', 'timeout', 'internal'],
  },
  formerly: ['writestead_sync_errors_total'],
  noAlert: 'Single hosts fail at any time; BackfillerErrors and DesyncNotHealing tell when it matters.',
} as const satisfies MetricDefinition

export const syncDuration = {
  name: 'sync.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Duration of sync runs, failed ones included.',
  attributes: { trigger: syncTriggers },
  buckets: requestBuckets,
  formerly: ['writestead_sync_duration_seconds'],
  noAlert: 'A large repo takes long; DesyncNotHealing tells when too many wait.',
} as const satisfies MetricDefinition

export const syncCompleted = {
  name: 'sync.completed',
  instrument: 'counter',
  unit: '{run}',
  description:
    'Sync runs by how they ended: success, error, rate_limited where the host asked to wait, panic where a worker died or something unforeseen happened.',
  attributes: { status: ['success', 'error', 'rate_limited', 'panic'] },
  thresholds: { warning: 0 },
} as const satisfies MetricDefinition

export const syncRecords = {
  name: 'sync.records',
  instrument: 'counter',
  unit: '{record}',
  description: 'Records that sync runs created, updated or deleted.',
  noAlert: 'How much there is to be applied is not ours to judge.',
} as const satisfies MetricDefinition

export const syncRepoSize = {
  name: 'sync.repo_size',
  instrument: 'histogram',
  unit: 'By',
  description: 'Size of the CAR file that a sync run read from the host.',
  buckets: [
    1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864, 268_435_456,
    1_073_741_824,
  ],
  noAlert: 'How large the repos of others are is not ours to judge.',
} as const satisfies MetricDefinition

export const syncQueueDepth = {
  name: 'sync.queue_depth',
  instrument: 'gauge',
  unit: '{repo}',
  description: 'Repos that wait for a sync, whatever for.',
  noAlert: 'BackfillerBacklog watches the repos that wait.',
} as const satisfies MetricDefinition

export const syncWorkersActive = {
  name: 'sync.workers_active',
  instrument: 'gauge',
  unit: '{run}',
  description: 'Sync runs under way, whatever began them.',
  noAlert: 'BackfillerStalled tells when none runs although repos wait.',
} as const satisfies MetricDefinition

export const syncDesyncs = {
  name: 'sync.desyncs',
  instrument: 'counter',
  unit: '{repo}',
  description:
    'Repos that stopped being synced, by why: a commit was rejected, events are missing (gap), a commit did not continue what is stored (chain), the host announced another state (sync_event), more is to be kept (filter), a commit was signed by another key (key), or calls itself too far ahead of the clock (rev).',
  attributes: { reason: ['rejected', 'gap', 'chain', 'sync_event', 'filter', 'key', 'rev'] },
  noAlert: 'Desyncs heal by themselves; DesyncNotHealing tells of those that do not.',
} as const satisfies MetricDefinition

export const syncResyncWaiting = {
  name: 'sync.resync_waiting',
  instrument: 'gauge',
  unit: '{repo}',
  description: 'Repos that are not synced any more and wait to be fetched again.',
  thresholds: { warning: 100 },
} as const satisfies MetricDefinition

export const syncResyncOldestAge = {
  name: 'sync.resync_oldest_age',
  instrument: 'gauge',
  unit: 's',
  description:
    'How long the repo that has waited longest for its resync has waited; 0 when none waits. One that only its owner or its host can heal waits from its next try on.',
  thresholds: { warning: 3600, critical: 21_600 },
} as const satisfies MetricDefinition

export const syncHeldEvents = {
  name: 'sync.held_events',
  instrument: 'gauge',
  unit: '{event}',
  description:
    'Events kept aside on disk until a sync run of their repo ends or the key of their DID is known.',
  thresholds: { warning: 100_000 },
} as const satisfies MetricDefinition

export const syncHeldDropped = {
  name: 'sync.held_dropped',
  instrument: 'counter',
  unit: '{event}',
  description:
    'Events that were kept aside and dropped, since more waited than may: of their repo, or of all. The repos are marked, and fetched once they can be.',
  attributes: { limit: ['repo', 'all'] },
  thresholds: { warning: 1 },
} as const satisfies MetricDefinition
