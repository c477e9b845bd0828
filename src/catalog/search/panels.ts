import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { searchDisk, searchQueries, searchQuery, searchReindexRecords } from './metrics.ts'

export const searchPanels: readonly Panel[] = [
  {
    panel: 'Queries',
    description: 'Full-text queries per second, failed ones included.',
    kind: 'stat',
    unit: '{query}/s',
    targets: [{ query: promql`sum(rate(${searchQueries}[$__rate_interval]))`, legend: 'queries' }],
  },
  {
    panel: 'Latency p95',
    description: 'The time in which 95 of 100 full-text queries are answered.',
    kind: 'stat',
    unit: 's',
    targets: [
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${searchQuery}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
    ],
  },
  {
    panel: 'Index on disk',
    description: 'Space that the search index takes on disk.',
    kind: 'stat',
    unit: 'By',
    targets: [{ query: promql`sum(${searchDisk})`, legend: 'disk' }],
  },
  {
    panel: 'Latency',
    description: 'Time that a full-text query takes: half of all, 95 and 99 of 100.',
    kind: 'timeseries',
    unit: 's',
    row: 'Queries',
    targets: [
      {
        query: promql`histogram_quantile(0.5, sum by (le) (rate(${searchQuery}_bucket[$__rate_interval])))`,
        legend: 'p50',
      },
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${searchQuery}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
      {
        query: promql`histogram_quantile(0.99, sum by (le) (rate(${searchQuery}_bucket[$__rate_interval])))`,
        legend: 'p99',
      },
    ],
  },
  {
    panel: 'Query rate',
    description: 'Full-text queries per second, failed ones included.',
    kind: 'timeseries',
    unit: '{query}/s',
    row: 'Queries',
    targets: [
      {
        query: promql`sum by (instance) (rate(${searchQueries}[$__rate_interval]))`,
        legend: '{{instance}}',
      },
    ],
  },
  {
    panel: 'Size of the index',
    description: 'Space that the search index takes on disk, over time.',
    kind: 'timeseries',
    unit: 'By',
    row: 'Index',
    targets: [{ query: promql`sum by (instance) (${searchDisk})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Records reindexed',
    description: 'Records read per second while the search index is rebuilt, after its fields were changed.',
    kind: 'timeseries',
    unit: '{record}/s',
    row: 'Index',
    targets: [
      {
        query: promql`sum by (instance) (rate(${searchReindexRecords}[$__rate_interval]))`,
        legend: '{{instance}}',
      },
    ],
  },
]
