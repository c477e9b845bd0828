import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import {
  indexerAckFailures,
  indexerActiveTasks,
  indexerChainBreaks,
  indexerDbWrites,
  indexerErrors,
  indexerEventsProcessed,
  indexerPendingMessages,
  indexerRecords,
  indexerStaleWritesSkipped,
} from './metrics.ts'

export const indexerPanels: readonly Panel[] = [
  {
    panel: 'Waiting to be indexed',
    description: 'Entries of the stream that wait to be indexed.',
    kind: 'stat',
    unit: '{event}',
    overview: true,
    targets: [{ query: promql`sum(${indexerPendingMessages})`, legend: 'waiting' }],
  },
  {
    panel: 'Batches being indexed',
    description: 'Batches that are being indexed at this moment.',
    kind: 'stat',
    unit: '{task}',
    targets: [{ query: promql`sum(${indexerActiveTasks})`, legend: 'batches' }],
  },
  {
    panel: 'Errors',
    description: 'Entries of the stream that could not be applied, in the time range that is shown.',
    kind: 'stat',
    unit: '{error}',
    targets: [{ query: promql`sum(increase(${indexerErrors}[$__range]))`, legend: 'errors' }],
  },
  {
    panel: 'Chain breaks',
    description: 'Commits that did not continue the stored state of their repo, which is then out of sync.',
    kind: 'stat',
    unit: '{break}',
    targets: [{ query: promql`sum(increase(${indexerChainBreaks}[$__range]))`, legend: 'breaks' }],
  },
  {
    panel: 'Events processed',
    description:
      'Operations, repo states, account and identity events processed per second, the stale ones included.',
    kind: 'timeseries',
    unit: '{event}/s',
    row: 'Flow',
    stacked: true,
    targets: [
      {
        query: promql`sum by (type) (rate(${indexerEventsProcessed}[$__rate_interval]))`,
        legend: '{{type}}',
      },
    ],
  },
  {
    panel: 'Records by collection',
    description: 'Records created or updated in the store per second, by what their collection holds.',
    kind: 'timeseries',
    unit: '{record}/s',
    row: 'Flow',
    overview: true,
    stacked: true,
    targets: [
      {
        query: promql`sum by (collection) (rate(${indexerRecords}[$__rate_interval]))`,
        legend: '{{collection}}',
      },
    ],
  },
  {
    panel: 'Writes to the store',
    description:
      'Records written to or removed from the store per second, and operations skipped because the store already held their revision or a later one.',
    kind: 'timeseries',
    unit: '{record}/s',
    row: 'Flow',
    targets: [
      { query: promql`sum(rate(${indexerDbWrites}[$__rate_interval]))`, legend: 'written' },
      {
        query: promql`sum(rate(${indexerStaleWritesSkipped}[$__rate_interval]))`,
        legend: 'skipped as stale',
      },
    ],
  },
  {
    panel: 'Backlog',
    description:
      'Entries of the stream that wait to be indexed. While it grows, what is served falls behind.',
    kind: 'timeseries',
    unit: '{event}',
    row: 'Behind and broken',
    overview: true,
    targets: [{ query: promql`sum by (instance) (${indexerPendingMessages})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Errors by kind',
    description:
      'Entries per second that could not be applied: invalid data (expected), or anything else (unexpected).',
    kind: 'timeseries',
    unit: '{error}/s',
    row: 'Behind and broken',
    targets: [
      { query: promql`sum by (kind) (rate(${indexerErrors}[$__rate_interval]))`, legend: '{{kind}}' },
    ],
  },
  {
    panel: 'Breaks and repeats',
    description:
      'Commits that broke the chain of their repo, and batches that were applied but could not be acknowledged and come again.',
    kind: 'timeseries',
    unit: '{event}/s',
    row: 'Behind and broken',
    targets: [
      { query: promql`sum(rate(${indexerChainBreaks}[$__rate_interval]))`, legend: 'chain breaks' },
      {
        query: promql`sum(rate(${indexerAckFailures}[$__rate_interval]))`,
        legend: 'batches not acknowledged',
      },
    ],
  },
]
