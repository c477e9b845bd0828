import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { httpErrorRatio } from './alerts.ts'
import { httpRequests, httpServerRequestDuration } from './metrics.ts'

export const httpPanels: readonly Panel[] = [
  {
    panel: 'Requests',
    description: 'Requests to the API that were answered, per second.',
    kind: 'stat',
    unit: '{request}/s',
    overview: true,
    targets: [{ query: promql`sum(rate(${httpRequests}[$__rate_interval]))`, legend: 'requests' }],
  },
  {
    panel: 'Server errors',
    description:
      'Share of the requests that were answered with a 5xx code. Empty while there are no requests.',
    kind: 'stat',
    unit: '1',
    overview: true,
    thresholdsOf: httpErrorRatio,
    targets: [
      {
        query: promql`(sum(rate(${httpRequests}{status=~"5.."}[$__rate_interval])) or vector(0)) / (sum(rate(${httpRequests}[$__rate_interval])) > 0)`,
        legend: '5xx',
      },
    ],
  },
  {
    panel: 'Latency p95',
    description: 'The time in which 95 of 100 requests are answered.',
    kind: 'stat',
    unit: 's',
    overview: true,
    targets: [
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${httpServerRequestDuration}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
    ],
  },
  {
    panel: 'Requests by status',
    description: 'Requests per second by the code of their answer.',
    kind: 'timeseries',
    unit: '{request}/s',
    row: 'Requests',
    overview: true,
    stacked: true,
    targets: [
      { query: promql`sum by (status) (rate(${httpRequests}[$__rate_interval]))`, legend: '{{status}}' },
    ],
  },
  {
    panel: 'Requests by path',
    description: 'Requests per second by method and by the template of their path.',
    kind: 'timeseries',
    unit: '{request}/s',
    row: 'Requests',
    stacked: true,
    targets: [
      {
        query: promql`sum by (method, path) (rate(${httpRequests}[$__rate_interval]))`,
        legend: '{{method}} {{path}}',
      },
    ],
  },
  {
    panel: 'Latency',
    description:
      'Time from the first byte of a request to the last of its answer: half of all, 95 and 99 of 100.',
    kind: 'timeseries',
    unit: 's',
    row: 'Latency',
    overview: true,
    targets: [
      {
        query: promql`histogram_quantile(0.5, sum by (le) (rate(${httpServerRequestDuration}_bucket[$__rate_interval])))`,
        legend: 'p50',
      },
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${httpServerRequestDuration}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
      {
        query: promql`histogram_quantile(0.99, sum by (le) (rate(${httpServerRequestDuration}_bucket[$__rate_interval])))`,
        legend: 'p99',
      },
    ],
  },
  {
    panel: 'Latency p95 by path',
    description: 'The time in which 95 of 100 requests of each kind are answered.',
    kind: 'timeseries',
    unit: 's',
    row: 'Latency',
    targets: [
      {
        query: promql`histogram_quantile(0.95, sum by (method, path, le) (rate(${httpServerRequestDuration}_bucket[$__rate_interval])))`,
        legend: '{{method}} {{path}}',
      },
    ],
  },
]
