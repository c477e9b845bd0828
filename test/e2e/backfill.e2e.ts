import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type CollectionKind, collectionKind } from '../../src/model/collection.ts'
import type { Account } from './harness/account.ts'
import { type FaultyRelay, losing, startFaultyRelay } from './harness/faulty-relay.ts'
import { collections } from './harness/load.ts'
import { makeAccounts } from './harness/many-accounts.ts'
import { type Pds, startPds } from './harness/pds.ts'
import { createRandom } from './harness/random.ts'
import { type RepoTruth, repoTruth, sameRepo } from './harness/repo-truth.ts'
import { numbers, type Scrape, scrapeOf } from './harness/scrape.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

const accounts = 30
const records = 20_000

describe(`a PDS with ${accounts} accounts and ${records} records that were there before`, () => {
  const random = createRandom()
  const everything = new AsyncDisposableStack()
  let pds: Pds
  let people: Account[]

  before(async () => {
    console.log(`E2E_SEED=${random.seed}`)
    pds = everything.use(await startPds())
    people = await makeAccounts(pds, { accounts, records, random })
  })

  after(() => everything.disposeAsync())

  const truths = () => Promise.all(people.map(({ did }) => repoTruth(pds.url, did)))

  describe('fetched whole by a service that starts at the end of its stream', () => {
    const stack = new AsyncDisposableStack()
    let relay: FaultyRelay
    let service: Tidegauge
    let truth: RepoTruth[]

    before(async () => {
      truth = await truths()
      relay = stack.use(await startFaultyRelay(pds.url))
      service = stack.use(
        await startTidegauge({
          pds: { url: relay.url, plc: pds.plc },
          args: ['--backfill', 'all', '--from', 'live'],
        }),
      )
      await settled(service, accounts)
    })

    after(() => stack.disposeAsync())

    it('has every record, byte for byte, and says so', () => allSame(service, truth))

    it('knows the handles', () =>
      eventually(async () => {
        for (const { did, handle } of people)
          assert.equal((await service.get<{ handle: string }>(`/repos/${did}`)).handle, handle)
      }))

    it('counts one run for each repo, and what it read', async () => {
      const scrape = await scrapeOf(service)
      assert.deepEqual(scrape.byLabel('sync_runs_total', 'trigger'), { backfill: accounts })
      assert.deepEqual(scrape.byLabel('sync_completed_total', 'status'), { success: accounts })
      const sizes = truth.map(({ carBytes }) => carBytes)
      exactly(scrape, {
        sync_errors_total: 0,
        sync_joined_total: 0,
        sync_records_total: records,
        sync_duration_seconds_count: accounts,
        sync_repo_size_bytes_count: accounts,
        sync_repo_size_bytes_sum: sizes.reduce((sum, size) => sum + size, 0),
        sync_desyncs_total: 0,
        sync_queue_depth: 0,
        sync_workers_active: 0,
        sync_resync_waiting: 0,
        sync_resync_oldest_age_seconds: 0,
        sync_held_events: 0,
      })
    })

    it('counts the same in the backfiller', async () => {
      exactly(await scrapeOf(service), {
        backfiller_repos_processed_total: accounts,
        backfiller_repos_failed_total: 0,
        backfiller_repos_dead_lettered_total: 0,
        backfiller_retries_attempted_total: 0,
        backfiller_records_extracted_total: records,
        backfiller_records_filtered_total: 0,
        backfiller_repos_waiting: 0,
        backfiller_repos_running: 0,
        backfiller_output_stream_length: 0,
        backfiller_car_fetch_errors_total: 0,
        backfiller_car_parse_errors_total: 0,
        backfiller_verification_errors_total: 0,
        backfiller_backpressure_events_total: 0,
      })
    })

    it('counts what was listed', async () => {
      const scrape = await scrapeOf(service)
      exactly(scrape, {
        ingester_backfill_repos_fetched_total: accounts,
        ingester_backfill_repos_written_total: accounts,
        ingester_backfill_fetch_errors_total: 0,
        ingester_backfill_cursor_skips_total: 0,
        ingester_backfill_complete: 1,
        ingester_repo_backfill_length: 0,
        ingester_firehose_backfill_length: 0,
        ingester_errors_total: 0,
      })
      assert.equal(scrape.number('ingester_stream_events_total', { stream: 'repo_backfill' }), accounts)
    })

    it('counts what it keeps', async () => {
      const scrape = await scrapeOf(service)
      exactly(scrape, { storage_records: records, storage_collections: collections.length })
      assert.deepEqual(scrape.byLabel('storage_repos', 'status'), { synced: accounts })
      assert.deepEqual(scrape.byLabel('storage_collection_records', 'collection'), byKind(truth))
    })

    it('goes on with what is written since, without fetching anything again', async () => {
      const operations = () => people.reduce((sum, { operations: { create } }) => sum + create, 0)
      const before = operations()
      for (const account of people) await account.createRecord('app.bsky.feed.post', 'later', 'written later')
      await eventually(async () =>
        assert.equal((await scrapeOf(service)).number('firehose_last_seq'), pds.lastSeq()),
      )
      truth = await truths()
      await eventually(() => allSame(service, truth))
      const scrape = await scrapeOf(service)
      assert.equal(scrape.number('firehose_operations_total'), operations() - before)
      assert.deepEqual(scrape.byLabel('sync_runs_total', 'trigger'), { backfill: accounts })
    })

    it('syncs what a caller of the API asks for, whoever asks meanwhile', async () => {
      const path = `/repos/${people[0]?.did}/sync`
      const answers = await Promise.all([1, 2, 3].map(() => service.call('POST', path)))
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200, 200],
      )
      const scrape = await scrapeOf(service)
      const [begun = 0, joined = 0] = ['sync_runs_total', 'sync_joined_total'].map((name) =>
        scrape.number(name, { trigger: 'api' }),
      )
      assert.ok(begun >= 1)
      assert.equal(begun + joined, 3)
      assert.deepEqual(scrape.byLabel('sync_completed_total', 'status'), { success: accounts + begun })
    })

    it('syncs what the command line asks the node for', async () => {
      const { code, stdout, stderr } = await service.command('sync', '--json', ...dids(people.slice(0, 2)))
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const states = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).state)
      assert.deepEqual(states, ['synced', 'synced'])
      assert.equal((await scrapeOf(service)).number('sync_runs_total', { trigger: 'cli' }), 2)
    })

    it('fetches a repo again once its chain of commits is broken', async () => {
      const [, account] = people
      assert.ok(account)
      relay.fault = losing()
      await account.createRecord('app.bsky.feed.post', 'lost', 'the relay loses it')
      await account.createRecord('app.bsky.feed.post', 'next', 'does not continue what came before')
      await eventually(async () => {
        assert.deepEqual((await scrapeOf(service)).byLabel('sync_desyncs_total', 'reason'), { chain: 1 })
        await sameRepo(service, await repoTruth(pds.url, account.did))
      })
      relay.fault = undefined
      const scrape = await scrapeOf(service)
      assert.equal(scrape.number('sync_runs_total', { trigger: 'resync' }), 1)
      assert.equal(scrape.number('indexer_chain_breaks_total'), 1)
    })

    it('syncs by the command line without a node, and counts that once in the next one', async () => {
      const [account] = people
      assert.ok(account)
      assert.equal(await service.stop(), 0)
      await account.createRecord('app.bsky.feed.post', 'meanwhile', 'while no node runs')
      const { code, stdout } = await service.command('sync', '--json', ...dids(people.slice(0, 3)))
      assert.equal(code, 0, stdout)
      assert.deepEqual(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).records),
        [1, 0, 0],
      )
      await service.start({ args: ['--backfill', 'none'] })
      const scrape = await scrapeOf(service)
      assert.deepEqual(scrape.byLabel('sync_runs_total', 'trigger'), { cli: 3 })
      exactly(scrape, { sync_records_total: 1, sync_duration_seconds_count: 3, sync_joined_total: 0 })
      assert.deepEqual(scrape.byLabel('sync_completed_total', 'status'), { success: 3 })
      await allSame(service, await truths())
      assert.equal(await service.stop(), 0)
      await service.start({ args: ['--backfill', 'none'] })
      exactly(await scrapeOf(service), { sync_runs_total: 0, sync_records_total: 0 })
    })

    it('compares what nothing has confirmed for long with its host', async () => {
      assert.equal(await service.stop(), 0)
      const startedMs = Date.now()
      await service.start({ args: ['--backfill', 'none', '--sync-interval', '5s'] })
      await eventually(async () => {
        for (const { did } of people) {
          const { confirmedAt } = await service.get<{ confirmedAt: string }>(`/repos/${did}`)
          assert.ok(Date.parse(confirmedAt) > startedMs, `${did} was last confirmed at ${confirmedAt}`)
        }
      })
      assert.equal(await service.stop(), 0)
      const runs = await counted(service)
      assert.ok(runs >= accounts, `${runs} runs`)
      await allSame(service, await truths())
    })

    /** How many background runs an interval of its length makes: with one of a day, none. */
    async function counted(of: Tidegauge): Promise<number> {
      await of.start({ args: ['--backfill', 'none', '--sync-interval', '5s'] })
      return eventually(async () => {
        const scrape = await scrapeOf(of)
        const runs = scrape.number('sync_runs_total', { trigger: 'background' }) ?? 0
        assert.ok(runs >= accounts)
        assert.deepEqual(scrape.byLabel('sync_runs_total', 'trigger'), { background: runs })
        exactly(scrape, {
          sync_records_total: 0,
          backfiller_repos_processed_total: runs,
          sync_duration_seconds_count: runs,
        })
        return runs
      })
    }
  })

  it('is fetched and followed from its first event on at the same time', async () => {
    const truth = await truths()
    await using service = await startTidegauge({ pds, args: ['--backfill', 'all'] })
    await settled(service, accounts)
    await eventually(async () =>
      assert.equal((await scrapeOf(service)).number('firehose_last_seq'), pds.lastSeq()),
    )
    await eventually(() => allSame(service, truth))
    const scrape = await scrapeOf(service)
    exactly(scrape, {
      storage_records: truth.reduce((sum, { records }) => sum + records.size, 0),
      sync_errors_total: 0,
      sync_desyncs_total: 0,
      sync_held_events: 0,
      indexer_chain_breaks_total: 0,
      firehose_errors_total: 0,
    })
  })

  it('is followed in one repo alone, until another is tracked, and no longer once it is untracked', async () => {
    const [first, second, third] = people as [Account, Account, Account]
    await using service = await startTidegauge({ pds, args: ['--dids', first.did, '--from', 'live'] })
    const knows = async () =>
      (await service.get<{ repos: { did: string }[] }>('/repos')).repos.map(({ did }) => did).sort()
    await eventually(async () => sameRepo(service, await repoTruth(pds.url, first.did)))
    assert.deepEqual(await knows(), [first.did])

    const tracked = await service.call('POST', '/repos', { did: second.did })
    assert.equal(tracked.status, 202)
    await eventually(async () => sameRepo(service, await repoTruth(pds.url, second.did)))
    await second.createRecord('app.bsky.feed.post', 'tracked', 'followed from here on')
    await third.createRecord('app.bsky.feed.post', 'tracked', 'of no interest')
    await eventually(async () => sameRepo(service, await repoTruth(pds.url, second.did)))
    assert.deepEqual(await knows(), [first.did, second.did].sort())
    const scrape = await scrapeOf(service)
    assert.deepEqual(scrape.byLabel('sync_runs_total', 'trigger'), { backfill: 2 })

    assert.equal((await service.call('DELETE', `/repos/${second.did}`)).status, 204)
    assert.equal((await service.call('GET', `/repos/${second.did}`)).status, 404)
    await second.createRecord('app.bsky.feed.post', 'untracked', 'written in vain')
    await first.createRecord('app.bsky.feed.post', 'untracked', 'kept')
    await eventually(async () => sameRepo(service, await repoTruth(pds.url, first.did)))
    assert.equal(await service.stop(), 0)
    await service.start()
    await second.createRecord('app.bsky.feed.post', 'untracked2', 'written in vain')
    await first.createRecord('app.bsky.feed.post', 'untracked2', 'kept')
    await eventually(async () => sameRepo(service, await repoTruth(pds.url, first.did)))
    assert.deepEqual(await knows(), [first.did])
    assert.equal((await service.records(second.did)).size, 0)
    assert.equal((await service.call('POST', `/repos/${second.did}/sync`)).status, 404)

    assert.equal((await service.call('POST', '/repos', { did: second.did })).status, 202)
    await eventually(async () => sameRepo(service, await repoTruth(pds.url, second.did)))
  })
})

/** Waits until every repo is synced and nothing waits any more. */
function settled(service: Tidegauge, repos: number): Promise<void> {
  return eventually(
    async () => {
      const { isListed, waiting, running, synced, pending, deadLetters } =
        await service.get<Record<string, unknown>>('/backfill')
      assert.deepEqual(
        { isListed, waiting, running, synced, pending, deadLetters },
        { isListed: true, waiting: 0, running: 0, synced: repos, pending: 0, deadLetters: 0 },
      )
    },
    { withinMs: 120_000 },
  )
}

async function allSame(service: Tidegauge, truth: readonly RepoTruth[]): Promise<void> {
  for (const repo of truth) await sameRepo(service, repo)
}

function exactly(scrape: Scrape, expected: Readonly<Record<string, number>>): void {
  assert.deepEqual(numbers(scrape, Object.keys(expected)), expected)
}

function byKind(truth: readonly RepoTruth[]): Partial<Record<CollectionKind, number>> {
  const counts: Partial<Record<CollectionKind, number>> = {}
  for (const uri of truth.flatMap(({ records }) => [...records.keys()])) {
    const kind = collectionKind(uri.split('/')[3] ?? '')
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

const dids = (some: readonly Account[]) => some.map(({ did }) => did)
