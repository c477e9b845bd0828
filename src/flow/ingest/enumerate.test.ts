import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Did } from '../../model/did.ts'
import { decodeEnumeratedRepo, type EnumeratedRepo } from '../../model/enumerated.ts'
import { HttpHosts } from '../../net/host/http.ts'
import { FakeHost, listing, Refusal } from '../../net/host/testing/fake-host.ts'
import { httpFetch } from '../../net/host/testing/http-fetch.ts'
import { Database } from '../../state/database.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { repoBackfill } from '../../state/streams/streams.ts'
import { Enumeration, type EnumerationOptions } from './enumerate.ts'
import { KeptRepos } from './kept-repos.ts'

const rev = '3lbxqzaaaaa2a'
const repos = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ did: didOf(from + i), rev, active: true }))
const didOf = (number: number): Did => `did:plc:${String(number).padStart(6, '0')}`

describe('Enumeration', () => {
  it('writes every repo of the source once, with what was said of it', async () => {
    const all = [...repos(2500), { did: didOf(9000), active: false, status: 'takendown' }]
    await using host = await FakeHost.start({ listRepos: listing(() => all) })
    const { enumeration, entries } = setUp(host.url)
    await enumeration().run()
    assert.deepEqual(await entries(), all)
    assert.equal(host.requests.length, 3)
  })

  it('leaves out repos that were untracked, and says how far it has come', async () => {
    await using host = await FakeHost.start({ listRepos: listing(() => repos(20)) })
    const { enumeration, dids } = setUp(host.url)
    const kept = new KeptRepos()
    kept.remove(didOf(3))
    const pages: unknown[] = []
    const done: unknown[] = []
    const one = enumeration({
      repos: kept,
      pageSize: 10,
      onPage: ({ fetched, written }) => pages.push([fetched, written, one.progress.isRunning]),
      onDone: (progress) => done.push(progress),
    })
    await one.run()
    assert.equal((await dids()).includes(didOf(3)), false)
    assert.deepEqual(pages, [
      [10, 9, true],
      [10, 10, true],
    ])
    const progress = { isRunning: false, isComplete: true, pages: 2, fetched: 20, written: 19, hostsDone: 1 }
    assert.deepEqual(done, [progress])
    assert.deepEqual(one.progress, progress)
  })

  it('writes repos that are named one by one without asking for them', async () => {
    await using host = await FakeHost.start({})
    const { enumeration, dids } = setUp(host.url)
    const kept = new KeptRepos({ dids: [didOf(1), didOf(2)], tracking: new Map([[didOf(3), 'tracked']]) })
    await enumeration({ repos: kept }).run()
    assert.deepEqual(await dids(), [didOf(1), didOf(2), didOf(3)])
    assert.deepEqual(host.requests, [])
  })

  it('goes on where it was stopped, and remembers that it has come to its end', async () => {
    await using host = await FakeHost.start({ listRepos: listing(() => repos(50)) })
    const { enumeration, dids } = setUp(host.url)
    for (let starts = 0; ; starts++) {
      assert.ok(starts < 10)
      const stop = new AbortController()
      // Stopped between the page and its cursor: the page is written again.
      let pages = 0
      const onPage = () => void (++pages === 2 && stop.abort(new Error('stopped')))
      const run = enumeration({ pageSize: 10, onPage }).run({}, stop.signal)
      if (
        await run.then(
          () => true,
          (error) => assert.match(String(error), /stopped/),
        )
      )
        break
    }
    assert.deepEqual(new Set(await dids()), new Set(repos(50).map(({ did }) => did)))
    assert.ok(host.requests.length <= 10)
    const asked = host.requests.length
    const later = enumeration({ pageSize: 10 })
    assert.equal(later.progress.isComplete, false)
    await later.load()
    assert.deepEqual([later.progress.isComplete, later.progress.isRunning], [true, false])
    await later.run()
    assert.equal(host.requests.length, asked)
    assert.equal(later.progress.isComplete, true)
    await later.run({ again: true })
    assert.equal(host.requests.length, asked + 5)
    await enumeration({ pageSize: 10, collections: () => ['a.b.*'] }).run()
    assert.equal(host.requests.length, asked + 10)
  })

  it('lets a call during a run join it', async () => {
    await using host = await FakeHost.start({ listRepos: listing(() => repos(5)) })
    const { enumeration } = setUp(host.url)
    const one = enumeration()
    await Promise.all([one.run(), one.run({ again: true })])
    assert.equal(host.requests.length, 1)
  })

  it('lists only repos that have a wanted collection, where the host can do that', async () => {
    const having = new Map([
      ['a.b.c', repos(15)],
      ['a.b.d', repos(5, 100)],
    ])
    await using host = await FakeHost.start({
      listReposByCollection: (params, call) =>
        listing(() => (having.get(params.get('collection') ?? '') ?? []).map(({ did }) => ({ did })))(
          params,
          call,
        ),
      listRepos: listing(() => repos(1000)),
    })
    const { enumeration, dids } = setUp(host.url)
    await enumeration({ collections: () => ['a.b.c', 'a.b.d'], pageSize: 10 }).run()
    assert.deepEqual(
      await dids(),
      [...repos(15), ...repos(5, 100)].map(({ did }) => did),
    )
    assert.deepEqual(host.requests, [
      'listReposByCollection?limit=10&collection=a.b.c',
      'listReposByCollection?limit=10&cursor=10&collection=a.b.c',
      'listReposByCollection?limit=10&collection=a.b.d',
    ])
  })

  for (const collections of [['a.b.c'], ['a.b.*']]) {
    it(`lists all repos for ${collections} where a host cannot do that`, async () => {
      await using host = await FakeHost.start({ listRepos: listing(() => repos(3)) })
      const { enumeration, dids } = setUp(host.url)
      await enumeration({ collections: () => collections }).run()
      assert.equal((await dids()).length, 3)
    })
  }

  it('asks each host of a relay that lists no repos itself, and gives up one that does not answer', async () => {
    await using one = await FakeHost.start({ listRepos: listing(() => repos(15)) })
    await using two = await FakeHost.start({ listRepos: listing(() => repos(15, 100)) })
    const dead = await FakeHost.start({})
    const skipped: string[] = []
    const deadUrl = dead.url
    await dead[Symbol.asyncDispose]()
    await using relay = await FakeHost.start({
      listHosts: (params) =>
        params.has('cursor')
          ? { hosts: [{ hostname: two.url.host }] }
          : {
              hosts: [
                { hostname: one.url.host, status: 'active' },
                { hostname: deadUrl.host },
                { hostname: 'pds.test/path' },
                { hostname: 'banned.test', status: 'banned' },
              ],
              cursor: 'next',
            },
    })
    const { enumeration, entries } = setUp(relay.url)
    const run = enumeration({
      allowLoopback: true,
      pageSize: 10,
      onHostSkip: (host) => skipped.push(host.host),
    })
    await run.run()
    const expected = [
      ...repos(15).map((repo) => ({ ...repo, host: one.url.host })),
      ...repos(15, 100).map((repo) => ({ ...repo, host: two.url.host })),
    ]
    assert.deepEqual(await entries(), expected)
    assert.deepEqual(skipped, [deadUrl.host])
    assert.equal(run.progress.hostsDone, 3)
  })

  it('asks each host where it is told to, though the relay lists repos', async () => {
    await using pds = await FakeHost.start({ listRepos: listing(() => repos(2)) })
    await using relay = await FakeHost.start({
      listRepos: listing(() => repos(500)),
      listHosts: () => ({ hosts: [{ hostname: pds.url.host }] }),
    })
    const { enumeration, dids } = setUp(relay.url)
    await enumeration({ allowLoopback: true, byHost: true }).run()
    assert.equal((await dids()).length, 2)
    assert.deepEqual(relay.requests, ['listHosts?limit=100'])
  })

  it('does not call hosts on loopback that a stranger named', async () => {
    await using pds = await FakeHost.start({ listRepos: listing(() => repos(2)) })
    await using relay = await FakeHost.start({ listHosts: () => ({ hosts: [{ hostname: pds.url.host }] }) })
    await setUp(relay.url).enumeration().run()
    assert.deepEqual(pds.requests, [])
  })

  it('says what to do where a source can list nothing', async () => {
    await using host = await FakeHost.start({})
    host.routes.set('listRepos', () => {
      throw new Refusal(501, 'MethodNotImplemented')
    })
    const { enumeration } = setUp(host.url)
    await assert.rejects(enumeration().run(), { name: 'SetupError', message: /--relay/ })
  })

  it('begins a listing again whose cursor is refused, but not for ever', async () => {
    const list = listing(() => repos(30))
    let refusals = 2
    await using host = await FakeHost.start({
      listRepos: (params, call) => {
        if (params.get('cursor') === '20' && refusals-- > 0) throw new Refusal(400, 'InvalidRequest')
        return list(params, call)
      },
    })
    const skips: string[] = []
    const { enumeration, dids } = setUp(host.url)
    const onCursorSkip = (at: URL) => skips.push(at.host)
    await enumeration({ pageSize: 10, onCursorSkip }).run()
    assert.deepEqual(skips, [host.url.host, host.url.host])
    assert.equal(new Set(await dids()).size, 30)
    refusals = 1e9
    await assert.rejects(enumeration({ pageSize: 10 }).run({ again: true }), { name: 'InvalidError' })
  })

  it('asks again where a source fails, and ends where it breaks the protocol', async () => {
    let failures = 8
    await using host = await FakeHost.start({
      listRepos: () => {
        if (failures-- > 0) throw new Refusal(502, 'UpstreamFailure')
        return { nothing: true }
      },
    })
    const errors: string[] = []
    const { enumeration } = setUp(host.url)
    const run = enumeration({ onError: (error) => errors.push((error as Error).name) }).run()
    await assert.rejects(run, { name: 'InvalidError' })
    assert.deepEqual(errors, [...Array(8).fill('UpstreamError'), ...Array(5).fill('InvalidError')])
  })

  it('tells a page that cannot be written from one that cannot be fetched', async () => {
    await using host = await FakeHost.start({ listRepos: listing(() => repos(5)) })
    const { enumeration, dids } = setUp(host.url)
    let failures = 2
    const storage = {
      note: async () => undefined,
      setNote: async () => {
        if (failures-- > 0) throw new Error('the disk is full')
      },
    }
    const told: string[] = []
    await enumeration({
      storage,
      onError: () => told.push('fetch'),
      onStoreError: (error) => told.push((error as Error).message),
    }).run()
    assert.deepEqual(told, ['the disk is full', 'the disk is full'])
    assert.equal((await dids()).length, 5)
  })

  it('ends where a cursor leads to itself', async () => {
    await using host = await FakeHost.start({ listRepos: () => ({ repos: repos(1), cursor: 'x' }) })
    const { enumeration } = setUp(host.url)
    await enumeration().run()
    assert.equal(host.requests.length, 2)
  })

  it('leaves out the rest of a host that lists more than one of many may', async () => {
    let page = 0
    await using pds = await FakeHost.start({
      listRepos: () => ({ repos: repos(10, 10 * page), cursor: String(++page) }),
    })
    await using relay = await FakeHost.start({ listHosts: () => ({ hosts: [{ hostname: pds.url.host }] }) })
    const { enumeration } = setUp(relay.url)
    await enumeration({ allowLoopback: true, maxPerHost: 50 }).run()
    assert.equal(pds.requests.length, 5)
  })

  it('pauses at the high-water mark of the stream', async () => {
    await using host = await FakeHost.start({ listRepos: listing(() => repos(100)) })
    const { enumeration, streams } = setUp(host.url)
    const run = enumeration({ pageSize: 10, highWater: 20 }).run()
    let met = 0
    while (met < 100) {
      await streams.readable(repoBackfill, 'reader')
      assert.ok((await streams.length(repoBackfill)) < 30)
      const entries = await streams.read(repoBackfill, 'reader', 5)
      met += entries.length
      await streams.acknowledge(repoBackfill, 'reader', entries.at(-1)?.id ?? 0)
      await setImmediate()
    }
    await run
    assert.equal(met, 100)
  })
})

function setUp(source: URL) {
  const database = new Database()
  const streams = new SqliteStreams({ database })
  const storage = new SqliteStorage({ database })
  const hosts = new HttpHosts({ fetch: httpFetch })
  const backoff = { firstMs: 1, maxMs: 1 }
  const enumeration = (options: Partial<EnumerationOptions> = {}) =>
    new Enumeration({ source, hosts, streams, storage, backoff, ...options })
  const entries = async (): Promise<readonly EnumeratedRepo[]> => {
    const all = await streams.read(repoBackfill, 'everything', 1e6)
    return all.map(({ payload }) => decodeEnumeratedRepo(payload))
  }
  const dids = async () => (await entries()).map(({ did }) => did)
  return { enumeration, entries, dids, streams, storage }
}
