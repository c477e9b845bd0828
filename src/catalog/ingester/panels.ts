import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import {
  ingesterBackfillComplete,
  ingesterBackfillCursorSkips,
  ingesterBackfillFetchErrors,
  ingesterBackfillReposFetched,
  ingesterBackfillReposWritten,
  ingesterBackpressureActive,
  ingesterErrors,
  ingesterEventsInMemory,
  ingesterFirehoseBackfillLength,
  ingesterFirehoseFilteredOperations,
  ingesterFirehoseLiveLength,
  ingesterRepoBackfillLength,
  ingesterStreamEvents,
  ingesterWebsocketConnections,
} from './metrics.ts'

export const ingesterPanels: readonly Panel[] = [
  {
    panel: 'Backpressure',
    description: 'Whether reading from the relay is paused because the stream is at its high-water mark.',
    kind: 'stat',
    unit: '',
    overview: true,
    targets: [{ query: promql`max by (instance) (${ingesterBackpressureActive})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Connections to relays',
    description: 'Open connections to relays, of all processes together.',
    kind: 'stat',
    unit: '{connection}',
    targets: [{ query: promql`sum(${ingesterWebsocketConnections})`, legend: 'connections' }],
  },
  {
    panel: 'Errors',
    description: 'Failures while taking events in; each is retried.',
    kind: 'stat',
    unit: '{error}',
    targets: [{ query: promql`sum(increase(${ingesterErrors}[$__range]))`, legend: 'errors' }],
  },
  {
    panel: 'List of repos',
    description: 'Whether every repo of the source has been listed.',
    kind: 'stat',
    unit: '',
    targets: [{ query: promql`min by (instance) (${ingesterBackfillComplete})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Entries written by stream',
    description: 'Entries written to each stream per second.',
    kind: 'timeseries',
    unit: '{event}/s',
    row: 'Flow',
    overview: true,
    stacked: true,
    targets: [
      {
        query: promql`sum by (stream) (rate(${ingesterStreamEvents}[$__rate_interval]))`,
        legend: '{{stream}}',
      },
    ],
  },
  {
    panel: 'Filtered operations',
    description: 'Operations left out per second, because their collection or repo was not asked for.',
    kind: 'timeseries',
    unit: '{operation}/s',
    row: 'Flow',
    targets: [
      {
        query: promql`sum(rate(${ingesterFirehoseFilteredOperations}[$__rate_interval]))`,
        legend: 'filtered',
      },
    ],
  },
  {
    panel: 'Stream lengths',
    description: 'Entries kept in each stream. One that grows is written faster than it is read.',
    kind: 'timeseries',
    unit: '{event}',
    row: 'Backlog',
    overview: true,
    targets: [
      { query: promql`sum(${ingesterFirehoseLiveLength})`, legend: 'firehose_live' },
      { query: promql`sum(${ingesterFirehoseBackfillLength})`, legend: 'firehose_backfill' },
      { query: promql`sum(${ingesterRepoBackfillLength})`, legend: 'repo_backfill' },
    ],
  },
  {
    panel: 'Events in memory',
    description: 'Verified events that wait to be written to the stream.',
    kind: 'timeseries',
    unit: '{event}',
    row: 'Backlog',
    targets: [{ query: promql`sum by (instance) (${ingesterEventsInMemory})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Errors by type',
    description: 'Failures per second while taking events in, by where they happened.',
    kind: 'timeseries',
    unit: '{error}/s',
    row: 'Backlog',
    targets: [
      { query: promql`sum by (type) (rate(${ingesterErrors}[$__rate_interval]))`, legend: '{{type}}' },
    ],
  },
  {
    panel: 'Repos listed',
    description: 'Repos that hosts have listed, and those of them that were handed on, per second.',
    kind: 'timeseries',
    unit: '{repo}/s',
    row: 'List of repos',
    targets: [
      { query: promql`sum(rate(${ingesterBackfillReposFetched}[$__rate_interval]))`, legend: 'listed' },
      { query: promql`sum(rate(${ingesterBackfillReposWritten}[$__rate_interval]))`, legend: 'handed on' },
    ],
  },
  {
    panel: 'Fetch errors and cursor skips',
    description: 'Pages that could not be fetched, and lists that were begun again, in 5 minutes each.',
    kind: 'timeseries',
    unit: '{event}',
    row: 'List of repos',
    targets: [
      { query: promql`sum(increase(${ingesterBackfillFetchErrors}[5m]))`, legend: 'fetch errors' },
      { query: promql`sum(increase(${ingesterBackfillCursorSkips}[5m]))`, legend: 'cursor skips' },
    ],
  },
]
