import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'

export const backfillerComponent = {
  name: 'backfiller',
  title: 'Backfiller',
  description: 'Repos that are fetched whole: from the queue, through their hosts, into the stream.',
} as const satisfies Component

export const backfillerReposProcessed = {
  name: 'backfiller.repos_processed',
  instrument: 'counter',
  unit: '{repo}',
  description: 'Repos whose fetch has succeeded.',
} as const satisfies MetricDefinition

export const backfillerReposFailed = {
  name: 'backfiller.repos_failed',
  instrument: 'counter',
  unit: '{repo}',
  description: 'Repos whose fetch has failed; each is tried again, or becomes a dead letter.',
} as const satisfies MetricDefinition

export const backfillerReposDeadLettered = {
  name: 'backfiller.repos_dead_lettered',
  instrument: 'counter',
  unit: '{repo}',
  description: 'Repos that were given up after many tries. They are put back by hand.',
  thresholds: { warning: 10 },
} as const satisfies MetricDefinition

export const backfillerRetriesAttempted = {
  name: 'backfiller.retries_attempted',
  instrument: 'counter',
  unit: '{retry}',
  description: 'Fetches that failed and are tried again.',
  noAlert: 'BackfillerErrors watches what fails.',
} as const satisfies MetricDefinition

export const backfillerRecordsExtracted = {
  name: 'backfiller.records_extracted',
  instrument: 'counter',
  unit: '{record}',
  description: 'Records that were read from repos and are kept.',
  noAlert: 'How much repos hold is not ours to judge.',
} as const satisfies MetricDefinition

export const backfillerRecordsFiltered = {
  name: 'backfiller.records_filtered',
  instrument: 'counter',
  unit: '{record}',
  description: 'Records of repos that were left out because their collection was not asked for.',
  noAlert: 'What is left out was asked to be left out.',
} as const satisfies MetricDefinition

export const backfillerReposWaiting = {
  name: 'backfiller.repos_waiting',
  instrument: 'gauge',
  unit: '{repo}',
  description: 'Repos that were listed or seen and wait to be fetched for the first time.',
  thresholds: { warning: 1_000_000 },
} as const satisfies MetricDefinition

export const backfillerReposRunning = {
  name: 'backfiller.repos_running',
  instrument: 'gauge',
  unit: '{repo}',
  description: 'Repos that are being fetched for the first time.',
} as const satisfies MetricDefinition

export const backfillerOutputStreamLength = {
  name: 'backfiller.output_stream_length',
  instrument: 'gauge',
  unit: '{event}',
  description:
    'Entries of the stream firehose_backfill that are kept: what was fetched and is not applied yet.',
  noAlert: 'Bounded by the high-water mark; a stream that is not applied shows as IndexerStuck.',
} as const satisfies MetricDefinition

export const backfillerCarFetchErrors = {
  name: 'backfiller.car_fetch_errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'CAR files that could not be fetched: no answer, too slow, too often asked, refused.',
  noAlert: 'Part of BackfillerErrors.',
} as const satisfies MetricDefinition

export const backfillerCarParseErrors = {
  name: 'backfiller.car_parse_errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'CAR files that are not what they should be: cut off, with blocks missing, not of the format.',
  noAlert: 'Part of BackfillerErrors.',
} as const satisfies MetricDefinition

export const backfillerVerificationErrors = {
  name: 'backfiller.verification_errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'Repos whose commit, signature or tree did not verify.',
  noAlert: 'Part of BackfillerErrors.',
} as const satisfies MetricDefinition

export const backfillerBackpressureEvents = {
  name: 'backfiller.backpressure_events',
  instrument: 'counter',
  unit: '{pause}',
  description: 'How often fetching paused because the stream firehose_backfill was at its high-water mark.',
  noAlert: 'Fetching faster than is applied is harmless: it waits.',
} as const satisfies MetricDefinition
