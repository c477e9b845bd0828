import type { Component, MetricDefinition } from '@tidegauge/otel/catalog'
import { storageBuckets } from '@tidegauge/otel/catalog'
import { collectionKinds } from '../indexer/metrics.ts'

export const storageComponent = {
  name: 'storage',
  title: 'Storage',
  description: 'The records that are kept, and the database that keeps them.',
} as const satisfies Component

export const storageRecords = {
  name: 'storage.records',
  instrument: 'gauge',
  unit: '{record}',
  description: 'Records in the store, those of hidden accounts included.',
  formerly: ['storage_records_total'],
  noAlert: 'How much is kept is not good or bad; StorageDiskLarge watches the space that it takes.',
} as const satisfies MetricDefinition

export const storageCollections = {
  name: 'storage.collections',
  instrument: 'gauge',
  unit: '{collection}',
  description: 'Collections that have at least one record.',
  noAlert: 'How many collections there are is up to those who write them.',
} as const satisfies MetricDefinition

export const storageDisk = {
  name: 'storage.disk',
  instrument: 'gauge',
  unit: 'By',
  description: 'Space that the database takes on disk.',
  thresholds: { warning: 100e9, critical: 500e9 },
} as const satisfies MetricDefinition

export const storageCollectionRecords = {
  name: 'storage.collection_records',
  instrument: 'gauge',
  unit: '{record}',
  description: 'Records in the store, by what their collection holds.',
  attributes: { collection: collectionKinds },
  noAlert: 'How much is kept is not good or bad; StorageDiskLarge watches the space that it takes.',
} as const satisfies MetricDefinition

export const storageRepos = {
  name: 'storage.repos',
  instrument: 'gauge',
  unit: '{repo}',
  description: 'Repos that are known, by how well the local copy stands.',
  attributes: {
    status: [
      'pending',
      'syncing',
      'synced',
      'error',
      'desync',
      'deactivated',
      'suspended',
      'takendown',
      'deleted',
    ],
  },
  formerly: ['storage_repos_total'],
} as const satisfies MetricDefinition

/**
 * `get` and `query` answer callers of the API, what the cache knows excepted; `lookup` reads the repos of a batch for the indexer, `scan` everything
 * for a new index.
 */
export const storageOperation = {
  name: 'storage.operation',
  instrument: 'histogram',
  unit: 's',
  description:
    'Time that an operation of the store takes, failed ones included. The indexer reads with lookup, callers of the API with get and query; what a cache answers takes none.',
  attributes: { op: ['get', 'lookup', 'put', 'put_batch', 'delete', 'query', 'scan'] },
  buckets: storageBuckets,
  thresholds: { warning: 0.05, critical: 0.25 },
} as const satisfies MetricDefinition
