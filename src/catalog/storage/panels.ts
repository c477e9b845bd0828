import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { storageUnsyncedRatio } from './alerts.ts'
import {
  storageCollectionRecords,
  storageCollections,
  storageDisk,
  storageOperation,
  storageRecords,
  storageRepos,
} from './metrics.ts'

export const storagePanels: readonly Panel[] = [
  {
    panel: 'Records',
    description: 'Records in the store, those of hidden accounts included.',
    kind: 'stat',
    unit: '{record}',
    overview: true,
    targets: [{ query: promql`sum(${storageRecords})`, legend: 'records' }],
  },
  {
    panel: 'Repos',
    description: 'Repos that are known, in whatever state.',
    kind: 'stat',
    unit: '{repo}',
    targets: [{ query: promql`sum(${storageRepos})`, legend: 'repos' }],
  },
  {
    panel: 'Repos out of sync',
    description: 'Share of the repos whose local copy is broken or behind, and needs another sync.',
    kind: 'stat',
    unit: '1',
    overview: true,
    thresholdsOf: storageUnsyncedRatio,
    targets: [
      {
        query: promql`sum(${storageRepos}{status=~"error|desync"}) / (sum(${storageRepos}) > 0)`,
        legend: 'out of sync',
      },
    ],
  },
  {
    panel: 'Collections',
    description: 'Collections that have at least one record.',
    kind: 'stat',
    unit: '{collection}',
    targets: [{ query: promql`sum(${storageCollections})`, legend: 'collections' }],
  },
  {
    panel: 'Database on disk',
    description: 'Space that the database takes on disk.',
    kind: 'stat',
    unit: 'By',
    overview: true,
    targets: [{ query: promql`sum(${storageDisk})`, legend: 'disk' }],
  },
  {
    panel: 'Repos by status',
    description: 'Repos by how well the local copy stands. `desync` and `error` need another sync.',
    kind: 'bargauge',
    unit: '{repo}',
    row: 'What is kept',
    overview: true,
    targets: [{ query: promql`sum by (status) (${storageRepos})`, legend: '{{status}}' }],
  },
  {
    panel: 'Records by collection',
    description: 'Records in the store, by what their collection holds.',
    kind: 'bargauge',
    unit: '{record}',
    row: 'What is kept',
    targets: [{ query: promql`sum by (collection) (${storageCollectionRecords})`, legend: '{{collection}}' }],
  },
  {
    panel: 'Growth of the database',
    description: 'Space that the database takes on disk, over time.',
    kind: 'timeseries',
    unit: 'By',
    row: 'What is kept',
    targets: [{ query: promql`sum by (instance) (${storageDisk})`, legend: '{{instance}}' }],
  },
  {
    panel: 'Latency p95 by operation',
    description: 'The time in which 95 of 100 operations of the store are done, failed ones included.',
    kind: 'timeseries',
    unit: 's',
    row: 'Speed',
    overview: true,
    targets: [
      {
        query: promql`histogram_quantile(0.95, sum by (op, le) (rate(${storageOperation}_bucket[$__rate_interval])))`,
        legend: '{{op}}',
      },
    ],
  },
  {
    panel: 'Latency',
    description: 'Time that an operation of the store takes: half of all, 95 and 99 of 100.',
    kind: 'timeseries',
    unit: 's',
    row: 'Speed',
    targets: [
      {
        query: promql`histogram_quantile(0.5, sum by (le) (rate(${storageOperation}_bucket[$__rate_interval])))`,
        legend: 'p50',
      },
      {
        query: promql`histogram_quantile(0.95, sum by (le) (rate(${storageOperation}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
      {
        query: promql`histogram_quantile(0.99, sum by (le) (rate(${storageOperation}_bucket[$__rate_interval])))`,
        legend: 'p99',
      },
    ],
  },
  {
    panel: 'Operations',
    description: 'Operations of the store per second, by kind.',
    kind: 'timeseries',
    unit: '{operation}/s',
    row: 'Speed',
    stacked: true,
    targets: [
      { query: promql`sum by (op) (rate(${storageOperation}_count[$__rate_interval]))`, legend: '{{op}}' },
    ],
  },
]
