import { storageBuckets } from './buckets.ts'
import type { MetricDefinition } from './metric.ts'
import type { Component } from './rule.ts'

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
} as const satisfies MetricDefinition

export const searchQuery = {
  name: 'search.query',
  instrument: 'histogram',
  unit: 's',
  description: 'Time that a full-text query takes.',
  buckets: storageBuckets,
} as const satisfies MetricDefinition

export const searchReindexRecords = {
  name: 'search.reindex_records',
  instrument: 'counter',
  unit: '{record}',
  description: 'Records read while the search index was built anew.',
} as const satisfies MetricDefinition

export const searchDisk = {
  name: 'search.disk',
  instrument: 'gauge',
  unit: 'By',
  description: 'Space that the search index takes on disk.',
} as const satisfies MetricDefinition
