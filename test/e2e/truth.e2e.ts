import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { collectionKind, collectionKinds } from '../../src/model/collection.ts'
import { repoStatuses } from '../../src/model/repo.ts'
import { collections, writeLoad } from './harness/load.ts'
import { type Pds, startPds } from './harness/pds.ts'
import { type Prometheus, promtool, startPrometheus } from './harness/prometheus.ts'
import { createRandom } from './harness/random.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { sameRecords, type Truth, truthOf } from './harness/truth.ts'
import { eventually } from './harness/until.ts'

describe('a service that follows a real PDS', () => {
  const random = createRandom()
  const stack = new AsyncDisposableStack()
  let pds: Pds
  let service: Tidegauge
  let prometheus: Prometheus
  let truth: Truth
  const events: Record<string, number>[] = []

  before(async () => {
    console.log(`E2E_SEED=${random.seed}`)
    pds = stack.use(await startPds())
    service = stack.use(await startTidegauge({ pds }))
    prometheus = stack.use(await startPrometheus({ targets: [service.metrics] }))
    const accounts = await writeLoad(pds, { accounts: 8, operations: 5000, random })
    const [renamed, away, back, takenDown, gone] = accounts
    await renamed?.updateHandle(`renamed${random.below(1e9)}`)
    await away?.deactivate()
    await back?.deactivate()
    await back?.activate()
    await takenDown?.takeDown()
    // The PDS forgets the events of an account that is deleted.
    const seq = pds.lastSeq()
    events.push(pds.events())
    await gone?.delete()
    events.push(pds.events(seq))
    truth = await truthOf(pds)
    await eventually(async () => {
      assert.equal(await prometheus.number('firehose_last_seq'), pds.lastSeq())
      assert.equal(await prometheus.number('indexer_pending_messages'), 0)
    })
  })

  after(() => stack.disposeAsync())

  /** Prometheus sees what happened up to a scrape ago. */
  const shows = (assertion: () => Promise<void>) => eventually(assertion, { withinMs: 10_000 })

  it('counts every operation once, by its kind', async () => {
    const expected = { create: 0, update: 0, delete: 0 }
    for (const { operations } of pds.accounts)
      for (const op of ['create', 'update', 'delete'] as const) expected[op] += operations[op]
    await shows(async () => {
      assert.deepEqual(await prometheus.byLabel('firehose_operations_total', 'op'), expected)
      const indexed = await prometheus.byLabel('indexer_events_processed_total', 'type')
      assert.deepEqual({ create: indexed.create, update: indexed.update, delete: indexed.delete }, expected)
    })
  })

  it('counts every event once, by its type', async () => {
    const expected = { commit: 0, sync: 0, identity: 0, account: 0, info: 0, unknown: 0 }
    for (const type of ['commit', 'sync', 'identity', 'account'] as const)
      for (const some of events) expected[type] += some[type] ?? 0
    await shows(async () =>
      assert.deepEqual(await prometheus.byLabel('firehose_events_total', 'type'), expected),
    )
  })

  it('reports no error', async () => {
    const errors = ['firehose_errors_total', 'indexer_errors_total', 'indexer_chain_breaks_total']
    for (const name of errors) assert.equal(await prometheus.number(`sum(${name})`), 0, name)
  })

  it('keeps as many records as the PDS has, by collection', async () => {
    const kept = pds.accounts.filter(({ status }) => status !== 'deleted')
    const byKind = Object.fromEntries(collectionKinds.map((kind) => [kind, 0]))
    for (const { keys } of kept)
      for (const [collection, { size }] of keys) {
        const kind = collectionKind(collection)
        byKind[kind] = (byKind[kind] ?? 0) + size
      }
    await shows(async () => {
      assert.equal(
        await prometheus.number('storage_records'),
        kept.reduce((sum, { size }) => sum + size, 0),
      )
      assert.deepEqual(await prometheus.byLabel('storage_collection_records', 'collection'), byKind)
      assert.equal(await prometheus.number('storage_collections'), collections.length)
    })
  })

  it('counts the repos by status', async () => {
    const expected = Object.fromEntries(repoStatuses.map((status) => [status, 0]))
    for (const { status } of pds.accounts) {
      const here = status === 'active' ? 'synced' : status
      expected[here] = (expected[here] ?? 0) + 1
    }
    await shows(async () => assert.deepEqual(await prometheus.byLabel('storage_repos', 'status'), expected))
  })

  it('serves the records that the PDS lists, and no others', () => sameRecords(service, pds, truth))

  it('has the repos at the revisions and handles of the PDS', async () => {
    for (const { did, handle, status } of pds.accounts.filter((account) => account.status !== 'deleted')) {
      const repo = await service.get<Record<string, unknown>>(`/repos/${did}`)
      const expected = {
        status: status === 'active' ? 'synced' : status,
        rev: truth.repos.get(did)?.rev,
        handle,
      }
      assert.deepEqual({ status: repo.status, rev: repo.rev, handle: repo.handle }, expected)
    }
  })

  it('answers for a single record as for the list', async () => {
    const uris = [...truth.records.keys()]
    for (let n = 0; n < 100; n++) {
      const uri = random.pick(uris)
      const { cid, value } = await service.record(uri)
      assert.deepEqual({ cid, value }, truth.records.get(uri))
    }
  })

  it('writes metrics that promtool has nothing to say about', async () => {
    assert.deepEqual(await promtool(['check', 'metrics'], await service.scrape()), { code: 0, output: '' })
  })
})
