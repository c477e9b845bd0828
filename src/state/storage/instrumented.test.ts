import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  storageCollectionRecords,
  storageCollections,
  storageDisk,
  storageOperation,
  storageRecords,
  storageRepos,
} from '../../catalog/storage/metrics.ts'
import { InvalidError } from '../../model/errors.ts'
import { Database } from '../database.ts'
import { heldConformance } from './held.conformance.ts'
import { instrumentStorage, observeStorage } from './instrumented.ts'
import type { FieldIndex } from './record-terms.ts'
import { SqliteStorage } from './sqlite.ts'
import { stagingConformance } from './staging.conformance.ts'
import { alice, bob, like, makeRecord, post, repo, storageConformance } from './storage.conformance.ts'
import type { Storage } from './storage.ts'

describe('an instrumented storage', () => {
  const open = async (index: readonly FieldIndex[]) => {
    const { meter } = createTestMeter()
    return instrumentStorage(new SqliteStorage({ database: new Database(), index }), meter)
  }
  storageConformance(open)
  stagingConformance(open)
  heldConformance(open)

  const record = makeRecord(alice, post, 'a', {})
  const data = record.cid
  const operations: Readonly<
    Record<string, readonly [op: string, run: (storage: Storage) => Promise<unknown>]>
  > = {
    get: ['get', (storage) => storage.get(record)],
    getRepo: ['get', (storage) => storage.getRepo(alice)],
    repos: ['lookup', (storage) => storage.repos([alice])],
    query: ['query', (storage) => storage.query({ limit: 1 })],
    listRepos: ['query', (storage) => storage.listRepos({ limit: 1 })],
    'a query that fails': [
      'query',
      (storage) => storage.query({ limit: 1, cursor: 'nonsense' }).catch(() => {}),
    ],
    scan: ['scan', (storage) => Array.fromAsync(storage.scan())],
    'a scan that is left': [
      'scan',
      async (storage) => {
        for await (const _ of storage.scan()) break
      },
    ],
    'one put': ['put', (storage) => storage.apply([{ repo: repo(alice), puts: [record] }])],
    'several puts': [
      'put_batch',
      (storage) => storage.apply([alice, bob].map((did) => ({ repo: repo(did), puts: [record] }))),
    ],
    'a put and a delete': [
      'put_batch',
      (storage) => storage.apply([{ repo: repo(alice), puts: [record], deletes: [record] }]),
    ],
    'a change of a repo alone': ['put_batch', (storage) => storage.apply([{ repo: repo(alice) }])],
    'a delete': ['delete', (storage) => storage.apply([{ repo: repo(alice), deletes: [record] }])],
    'a stage of several': [
      'put_batch',
      (storage) =>
        storage.apply([
          {
            repo: repo(alice),
            stage: { data, puts: ['a', 'b'].map((key) => makeRecord(alice, post, key, {})) },
          },
        ]),
    ],
    'a removal': ['delete', (storage) => storage.apply([{ repo: repo(alice), remove: true }])],
    'an unstage': ['delete', (storage) => storage.apply([{ repo: repo(alice), unstage: true }])],
    held: ['lookup', (storage) => storage.held(alice, 1)],
    withHeld: ['lookup', (storage) => storage.withHeld(undefined, 1)],
    staged: ['lookup', (storage) => storage.staged(alice)],
    entries: ['scan', (storage) => Array.fromAsync(storage.entries(alice))],
    countRecords: ['lookup', (storage) => storage.countRecords(alice, 1)],
    tracking: ['lookup', (storage) => storage.tracking()],
    note: ['lookup', (storage) => storage.note('some')],
    prune: ['delete', (storage) => storage.prune(() => true)],
    'a clear': ['delete', (storage) => storage.apply([{ repo: repo(alice), clear: true }])],
  }
  for (const [name, [op, run]] of Object.entries(operations)) {
    it(`times ${name} as ${op}, and nothing else`, async () => {
      const { meter, value } = createTestMeter()
      const storage = instrumentStorage(new SqliteStorage({ database: new Database() }), meter)
      await run(storage)
      for (const each of storageOperation.attributes.op) {
        assert.equal((await value(storageOperation, { op: each })) ?? 0, each === op ? 1 : 0, each)
      }
    })
  }

  it('does not time a sweep, which mostly finds nothing', async () => {
    const { meter, value } = createTestMeter()
    const storage = instrumentStorage(new SqliteStorage({ database: new Database() }), meter)
    assert.equal(await storage.sweep(), false)
    for (const op of storageOperation.attributes.op)
      assert.equal((await value(storageOperation, { op })) ?? 0, 0, op)
  })

  it('passes on what goes wrong', async () => {
    const { meter } = createTestMeter()
    const storage = instrumentStorage(new SqliteStorage({ database: new Database() }), meter)
    await assert.rejects(storage.query({ limit: 1, cursor: 'nonsense' }), InvalidError)
  })
})

it('shows how much there is', async () => {
  const { meter, value } = createTestMeter()
  const storage = new SqliteStorage({ database: new Database() })
  observeStorage(meter, storage)
  assert.equal(await value(storageRecords), 0)
  assert.equal(await value(storageRepos, { status: 'error' }), 0)
  await storage.apply([
    { repo: repo(alice), puts: [makeRecord(alice, post, 'a', {}), makeRecord(alice, post, 'b', {})] },
    { repo: repo(bob, { status: 'takendown' }), puts: [makeRecord(bob, like, 'a', {})] },
  ])
  assert.equal(await value(storageRecords), 3)
  assert.equal(await value(storageCollections), 2)
  assert.equal(await value(storageCollectionRecords, { collection: 'post' }), 2)
  assert.equal(await value(storageCollectionRecords, { collection: 'like' }), 1)
  assert.equal(await value(storageCollectionRecords, { collection: 'other' }), 0)
  assert.equal(await value(storageRepos, { status: 'synced' }), 1)
  assert.equal(await value(storageRepos, { status: 'takendown' }), 1)
  assert.equal(await value(storageDisk), (await storage.totals()).diskBytes)
})
