import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { identityDirectorySilence } from './alerts.ts'
import {
  identityCacheEntries,
  identityCacheHits,
  identityCacheMisses,
  identityLookupDuration,
  identityLookups,
  identityWaitingDids,
} from './metrics.ts'

export const identityPanels: readonly Panel[] = [
  {
    panel: 'DIDs that wait',
    description: 'DIDs that wait for an answer now, or for their turn to be asked about.',
    kind: 'stat',
    unit: '{did}',
    overview: true,
    targets: [{ query: promql`sum(${identityWaitingDids})`, legend: 'waiting' }],
  },
  {
    panel: 'Failures of the directory',
    description: 'Share of the requests to the directory of did:plc that it did not answer.',
    kind: 'stat',
    unit: '1',
    overview: true,
    thresholdsOf: identityDirectorySilence,
    targets: [
      {
        query: promql`sum(increase(${identityLookups}{method="plc",outcome=~"rate_limited|timeout|error"}[$__range])) / clamp_min(sum(increase(${identityLookups}{method="plc"}[$__range])), 1)`,
        legend: 'failed',
      },
    ],
  },
  {
    panel: 'Known without asking',
    description: 'Share of the questions about DIDs that were answered from memory.',
    kind: 'stat',
    unit: '1',
    targets: [
      {
        query: promql`sum(rate(${identityCacheHits}[$__rate_interval])) / (sum(rate(${identityCacheHits}[$__rate_interval])) + sum(rate(${identityCacheMisses}[$__rate_interval])) > 0)`,
        legend: 'hits',
      },
    ],
  },
  {
    panel: 'Answers kept',
    description: 'Answers about DIDs that are kept, out-of-date ones included.',
    kind: 'stat',
    unit: '{entry}',
    targets: [{ query: promql`sum(${identityCacheEntries})`, legend: 'entries' }],
  },
  {
    panel: 'Look-ups by method',
    description: 'Requests per second: to the directory, to hosts of did:web, and to verify handles.',
    kind: 'timeseries',
    unit: '{lookup}/s',
    row: 'Look-ups',
    stacked: true,
    targets: [
      {
        query: promql`sum by (method) (rate(${identityLookups}[$__rate_interval]))`,
        legend: '{{method}}',
      },
    ],
  },
  {
    panel: 'Look-ups that gave nothing',
    description: 'Requests per second that did not succeed, by whom they went to and how they ended.',
    kind: 'timeseries',
    unit: '{lookup}/s',
    row: 'Look-ups',
    targets: [
      {
        query: promql`sum by (method, outcome) (rate(${identityLookups}{outcome!="success"}[$__rate_interval]))`,
        legend: '{{method}} {{outcome}}',
      },
    ],
  },
  {
    panel: 'Duration p95 by method',
    description: 'The time in which 95 of 100 requests are answered, failed ones included.',
    kind: 'timeseries',
    unit: 's',
    row: 'Speed',
    targets: [
      {
        query: promql`histogram_quantile(0.95, sum by (method, le) (rate(${identityLookupDuration}_bucket[$__rate_interval])))`,
        legend: '{{method}}',
      },
    ],
  },
  {
    panel: 'DIDs that wait, by process',
    description:
      'DIDs that wait for an answer or for their turn. A number that grows says that more is new than may be asked for.',
    kind: 'timeseries',
    unit: '{did}',
    row: 'Speed',
    targets: [{ query: promql`sum by (instance) (${identityWaitingDids})`, legend: '{{instance}}' }],
  },
]
