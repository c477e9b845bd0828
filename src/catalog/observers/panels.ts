import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { actionFailureShare, recentCacheHitRate } from './alerts.ts'
import {
  actionDuration,
  actionFailure,
  actionSuccess,
  actionsExecuted,
  actionTimeout,
  cacheEvictions,
  cacheHitRate,
  cacheHits,
  cacheMisses,
  cacheSize,
  checkpointRecovery,
  checkpointSaveDuration,
  checkpointSaves,
  dedupChecks,
  dedupDuplicatesFound,
  dedupHitRate,
  eventProcessingDuration,
  eventsInFlight,
  eventsProcessed,
  queueDeadletter,
  queueDepth,
  queueJobsEnqueued,
  queueJobsProcessed,
  queueJobsRemoved,
  queueOldestJobAge,
  queueRetry,
} from './metrics.ts'

export const observersPanels: readonly Panel[] = [
  {
    panel: 'Events processed',
    description: 'Events per second that were held against the observers.',
    kind: 'stat',
    unit: '{event}/s',
    overview: true,
    targets: [{ query: promql`sum(rate(${eventsProcessed}[$__rate_interval]))`, legend: 'events' }],
  },
  {
    panel: 'Actions that fail',
    description: 'Share of the attempts of actions that failed.',
    kind: 'stat',
    unit: '1',
    overview: true,
    thresholdsOf: actionFailureShare,
    targets: [
      {
        query: promql`sum(increase(${actionFailure}[$__range])) / clamp_min(sum(increase(${actionFailure}[$__range])) + sum(increase(${actionSuccess}[$__range])), 1)`,
        legend: 'failed',
      },
    ],
  },
  {
    panel: 'Depth of the queue',
    description: 'Actions that wait or run, those that wait for another attempt included.',
    kind: 'stat',
    unit: '{job}',
    overview: true,
    targets: [{ query: promql`sum(${queueDepth})`, legend: 'actions' }],
  },
  {
    panel: 'Cache hit rate',
    description: 'Share of all look-ups since the start that were answered from the cache.',
    kind: 'stat',
    unit: '{percent}',
    thresholdsOf: recentCacheHitRate,
    targets: [{ query: promql`avg(${cacheHitRate})`, legend: 'hits' }],
  },
  {
    panel: 'Events by outcome',
    description:
      'Events per second, once what they call for is on disk; failures are those that cannot be read.',
    kind: 'timeseries',
    unit: '{event}/s',
    row: 'Events',
    stacked: true,
    targets: [
      { query: promql`sum by (outcome) (rate(${eventsProcessed}[$__rate_interval]))`, legend: '{{outcome}}' },
    ],
  },
  {
    panel: 'Time to process an event',
    description: 'Time in which 99 of 100 events are held against the observers.',
    kind: 'timeseries',
    unit: 's',
    row: 'Events',
    targets: [
      {
        query: promql`histogram_quantile(0.99, sum by (le) (rate(${eventProcessingDuration}_bucket[$__rate_interval])))`,
        legend: 'p99',
      },
    ],
  },
  {
    panel: 'Events in flight',
    description: 'Events that are held against the observers right now, by process.',
    kind: 'timeseries',
    unit: '{event}',
    row: 'Events',
    targets: [{ query: promql`sum by (instance) (${eventsInFlight})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Action success rate',
    description: 'Share of the attempts of actions that succeed, by kind.',
    kind: 'timeseries',
    unit: '1',
    row: 'Actions',
    targets: [
      {
        query: promql`sum by (action) (rate(${actionSuccess}[$__rate_interval])) / (sum by (action) (rate(${actionSuccess}[$__rate_interval])) + sum by (action) (rate(${actionFailure}[$__rate_interval])) > 0)`,
        legend: '{{action}}',
      },
    ],
  },
  {
    panel: 'Action p99',
    description: 'Time in which 99 of 100 attempts end, failed ones included, by kind.',
    kind: 'timeseries',
    unit: 's',
    row: 'Actions',
    targets: [
      {
        query: promql`histogram_quantile(0.99, sum by (action, le) (rate(${actionDuration}_bucket[$__rate_interval])))`,
        legend: '{{action}}',
      },
    ],
  },
  {
    panel: 'Actions by kind',
    description: 'Attempts of actions per second, by kind.',
    kind: 'timeseries',
    unit: '{action}/s',
    row: 'Actions',
    stacked: true,
    targets: [
      { query: promql`sum by (action) (rate(${actionsExecuted}[$__rate_interval]))`, legend: '{{action}}' },
    ],
  },
  {
    panel: 'Failures by kind',
    description:
      'Attempts of actions per second that failed, and those among them that took too long, by kind.',
    kind: 'timeseries',
    unit: '{action}/s',
    row: 'Actions',
    targets: [
      {
        query: promql`sum by (action) (rate(${actionFailure}[$__rate_interval]))`,
        legend: '{{action}} failed',
      },
      {
        query: promql`sum by (action) (rate(${actionTimeout}[$__rate_interval]))`,
        legend: '{{action}} timed out',
      },
    ],
  },
  {
    panel: 'Jobs',
    description:
      'Actions per second that are enqueued, done, tried again, given up, and removed since their account is hidden.',
    kind: 'timeseries',
    unit: '{job}/s',
    row: 'Queue',
    targets: [
      { query: promql`sum(rate(${queueJobsEnqueued}[$__rate_interval]))`, legend: 'enqueued' },
      { query: promql`sum(rate(${queueJobsProcessed}[$__rate_interval]))`, legend: 'done' },
      { query: promql`sum(rate(${queueRetry}[$__rate_interval]))`, legend: 'tried again' },
      { query: promql`sum(rate(${queueDeadletter}[$__rate_interval]))`, legend: 'dead letters' },
      { query: promql`sum(rate(${queueJobsRemoved}[$__rate_interval]))`, legend: 'removed' },
    ],
  },
  {
    panel: 'Queue depth over time',
    description: 'Actions that wait or run, by process.',
    kind: 'timeseries',
    unit: '{job}',
    row: 'Queue',
    targets: [{ query: promql`sum by (instance) (${queueDepth})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Oldest action that waits',
    description:
      'How long the action that was enqueued first has waited. What is tried again grows old here.',
    kind: 'timeseries',
    unit: 's',
    row: 'Queue',
    targets: [{ query: promql`max by (instance) (${queueOldestJobAge})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Look-ups',
    description: 'Look-ups of records and repos per second, answered from the cache or read from the store.',
    kind: 'timeseries',
    unit: '{lookup}/s',
    row: 'Cache',
    stacked: true,
    targets: [
      { query: promql`sum(rate(${cacheHits}[$__rate_interval]))`, legend: 'from the cache' },
      { query: promql`sum(rate(${cacheMisses}[$__rate_interval]))`, legend: 'from the store' },
    ],
  },
  {
    panel: 'Size of the cache',
    description: 'What the entries take in memory, estimated, by process.',
    kind: 'timeseries',
    unit: 'By',
    row: 'Cache',
    targets: [{ query: promql`sum by (instance) (${cacheSize})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Evictions',
    description: 'Entries per second that make room for others. Many, with few hits: the cache is too small.',
    kind: 'timeseries',
    unit: '{entry}/s',
    row: 'Cache',
    targets: [{ query: promql`sum(rate(${cacheEvictions}[$__rate_interval]))`, legend: 'evicted' }],
  },
  {
    panel: 'Duplicates',
    description:
      'Actions per second that were looked for among those of their window, and those found there.',
    kind: 'timeseries',
    unit: '{action}/s',
    row: 'Once, and in order',
    targets: [
      { query: promql`sum(rate(${dedupChecks}[$__rate_interval]))`, legend: 'looked for' },
      { query: promql`sum(rate(${dedupDuplicatesFound}[$__rate_interval]))`, legend: 'duplicates' },
    ],
  },
  {
    panel: 'Share of duplicates',
    description: 'Share of all checks since the start that found a duplicate, by process.',
    kind: 'timeseries',
    unit: '{percent}',
    row: 'Once, and in order',
    targets: [{ query: promql`avg by (instance) (${dedupHitRate})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Checkpoints',
    description: 'Positions saved per second, and listeners that went on from one.',
    kind: 'timeseries',
    unit: '{save}/s',
    row: 'Once, and in order',
    targets: [
      { query: promql`sum(rate(${checkpointSaves}[$__rate_interval]))`, legend: 'saves' },
      { query: promql`sum(rate(${checkpointRecovery}[$__rate_interval]))`, legend: 'recoveries' },
    ],
  },
  {
    panel: 'Time to save a checkpoint',
    description: 'Time in which 99 of 100 positions are saved, with the actions that they cover.',
    kind: 'timeseries',
    unit: 's',
    row: 'Once, and in order',
    targets: [
      {
        query: promql`histogram_quantile(0.99, sum by (le) (rate(${checkpointSaveDuration}_bucket[$__rate_interval])))`,
        legend: 'p99',
      },
    ],
  },
]
