import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'
import { requestBuckets } from '@tidegauge/otel/catalog'

export const identityComponent = {
  name: 'identity',
  title: 'Identity',
  description:
    'Look-ups of DIDs and handles: the keys that sign repos, the hosts that hold them, and their names.',
} as const satisfies Component

/** `plc` is the directory of did:plc, `web` the host of a did:web; `dns` and `well_known` verify handles. */
const methods = ['plc', 'web', 'dns', 'well_known'] as const

/** What is answered from memory is not counted here, nor what is not asked because the directory wants to be left alone. */
export const identityLookups = {
  name: 'identity.lookups',
  instrument: 'counter',
  unit: '{lookup}',
  description: 'Requests about DIDs and handles, by whom they went to and how they ended.',
  attributes: { method: methods, outcome: ['success', 'not_found', 'rate_limited', 'timeout', 'error'] },
} as const satisfies MetricDefinition

export const identityLookupDuration = {
  name: 'identity.lookup_duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time from a request about a DID or a handle to its answer, failed ones included.',
  attributes: { method: methods },
  buckets: requestBuckets,
  noAlert: 'A slow directory shows as look-ups that time out, and as DIDs that wait.',
} as const satisfies MetricDefinition

export const identityCacheHits = {
  name: 'identity.cache_hits',
  instrument: 'counter',
  unit: '{hit}',
  description: 'Answers about DIDs that were known without a request.',
  noAlert: 'What is not known is asked for, and shows there.',
} as const satisfies MetricDefinition

export const identityCacheMisses = {
  name: 'identity.cache_misses',
  instrument: 'counter',
  unit: '{miss}',
  description: 'DIDs that had to be asked about.',
  noAlert: 'After a start nothing is known yet.',
} as const satisfies MetricDefinition

export const identityCacheEntries = {
  name: 'identity.cache_entries',
  instrument: 'gauge',
  unit: '{entry}',
  description: 'Answers about DIDs that are kept, out-of-date ones included.',
  noAlert: 'Bounded: what was used longest ago goes first.',
} as const satisfies MetricDefinition

export const identityWaitingDids = {
  name: 'identity.waiting_dids',
  instrument: 'gauge',
  unit: '{did}',
  description: 'DIDs that wait for an answer now, or for their turn to be asked about.',
  thresholds: { warning: 10_000, critical: 100_000 },
} as const satisfies MetricDefinition
