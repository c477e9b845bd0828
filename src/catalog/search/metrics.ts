import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'
import { storageBuckets } from '@tidegauge/otel/catalog'

export const searchComponent = {
  name: 'search',
  title: 'Search',
  description: 'The full-text index and the queries on it.',
} as const satisfies Component

export const searchQueries = {
  name: 'search.queries',
  instrument: 'counter',
  unit: '{query}',
  description: 'Full-text queries, failed ones included.',
  noAlert: 'How much is searched for is not ours to judge.',
} as const satisfies MetricDefinition

export const searchQuery = {
  name: 'search.query',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that a full-text query takes.',
  buckets: storageBuckets,
  thresholds: { warning: 0.1, critical: 0.5 },
} as const satisfies MetricDefinition

export const searchReindexRecords = {
  name: 'search.reindex_records',
  instrument: 'counter',
  unit: '{record}',
  description: 'Records read while the search index was rebuilt.',
  noAlert: 'Runs after a change of the configuration, and ends by itself.',
} as const satisfies MetricDefinition

export const searchDisk = {
  name: 'search.disk',
  instrument: 'gauge',
  unit: 'By',
  description: 'Space that the search index takes on disk.',
  thresholds: { warning: 50e9, critical: 200e9 },
} as const satisfies MetricDefinition
