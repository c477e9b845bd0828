import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { backfillerStalledRepos } from './alerts.ts'
import {
  backfillerBackpressureEvents,
  backfillerCarFetchErrors,
  backfillerCarParseErrors,
  backfillerOutputStreamLength,
  backfillerRecordsExtracted,
  backfillerRecordsFiltered,
  backfillerReposDeadLettered,
  backfillerReposFailed,
  backfillerReposProcessed,
  backfillerReposRunning,
  backfillerReposWaiting,
  backfillerRetriesAttempted,
  backfillerVerificationErrors,
} from './metrics.ts'

export const backfillerPanels: readonly Panel[] = [
  {
    panel: 'Waiting',
    description: 'Repos that wait to be fetched for the first time.',
    kind: 'stat',
    unit: '{repo}',
    overview: true,
    targets: [{ query: promql`sum(${backfillerReposWaiting})`, legend: 'waiting' }],
  },
  {
    panel: 'Running',
    description: 'Repos that are being fetched for the first time.',
    kind: 'stat',
    unit: '{repo}',
    overview: true,
    targets: [{ query: promql`sum(${backfillerReposRunning})`, legend: 'running' }],
  },
  {
    panel: 'Stalled',
    description: 'Repos that wait although none is being fetched, and none was in the last 15 minutes.',
    kind: 'stat',
    unit: '{repo}',
    thresholdsOf: backfillerStalledRepos,
    targets: [{ query: promql`sum(${backfillerStalledRepos})`, legend: 'stalled' }],
  },
  {
    panel: 'Dead letters',
    description: 'Repos that were given up, in the time range that is shown.',
    kind: 'stat',
    unit: '{repo}',
    targets: [{ query: promql`sum(increase(${backfillerReposDeadLettered}[$__range]))`, legend: 'given up' }],
  },
  {
    panel: 'Repos',
    description: 'Repos fetched and failed per second.',
    kind: 'timeseries',
    unit: '{repo}/s',
    row: 'Flow',
    overview: true,
    targets: [
      { query: promql`sum(rate(${backfillerReposProcessed}[$__rate_interval]))`, legend: 'fetched' },
      { query: promql`sum(rate(${backfillerReposFailed}[$__rate_interval]))`, legend: 'failed' },
    ],
  },
  {
    panel: 'Records',
    description: 'Records kept and left out per second.',
    kind: 'timeseries',
    unit: '{record}/s',
    row: 'Flow',
    targets: [
      { query: promql`sum(rate(${backfillerRecordsExtracted}[$__rate_interval]))`, legend: 'kept' },
      { query: promql`sum(rate(${backfillerRecordsFiltered}[$__rate_interval]))`, legend: 'left out' },
    ],
  },
  {
    panel: 'Retries',
    description: 'Fetches per second that failed and are tried again.',
    kind: 'timeseries',
    unit: '{retry}/s',
    row: 'Flow',
    targets: [
      { query: promql`sum(rate(${backfillerRetriesAttempted}[$__rate_interval]))`, legend: 'retries' },
    ],
  },
  {
    panel: 'Errors per 5 minutes',
    description: 'CAR files that could not be fetched, are broken, or did not verify, in 5 minutes each.',
    kind: 'timeseries',
    unit: '{error}',
    row: 'Errors',
    overview: true,
    targets: [
      { query: promql`sum(increase(${backfillerCarFetchErrors}[5m]))`, legend: 'fetch' },
      { query: promql`sum(increase(${backfillerCarParseErrors}[5m]))`, legend: 'parse' },
      { query: promql`sum(increase(${backfillerVerificationErrors}[5m]))`, legend: 'verification' },
    ],
  },
  {
    panel: 'Output stream',
    description: 'Entries that were fetched and are not applied yet.',
    kind: 'timeseries',
    unit: '{event}',
    row: 'Backlog',
    targets: [{ query: promql`sum(${backfillerOutputStreamLength})`, legend: 'firehose_backfill' }],
  },
  {
    panel: 'Pauses',
    description: 'How often per second fetching paused because the stream was at its high-water mark.',
    kind: 'timeseries',
    unit: '{pause}/s',
    row: 'Backlog',
    targets: [
      { query: promql`sum(rate(${backfillerBackpressureEvents}[$__rate_interval]))`, legend: 'pauses' },
    ],
  },
]
