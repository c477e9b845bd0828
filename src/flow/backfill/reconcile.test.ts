import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { HttpHosts } from '../../net/host/http.ts'
import { FakeHost, type FakeRepo, listing, Refusal } from '../../net/host/testing/fake-host.ts'
import { httpFetch } from '../../net/host/testing/http-fetch.ts'
import { Database } from '../../state/database.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import type { RepoState } from '../../state/storage/storage.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseLive } from '../../state/streams/streams.ts'
import { Indexer, indexerGroup } from '../indexing/indexer.ts'
import { type ReconcileProgress, Reconciler, type ReconcilerOptions } from './reconcile.ts'

const rev = (number: number) =>
  `3l${String(number).padStart(11, '2').replaceAll('0', 'z').replaceAll('1', 'y')}`
const didOf = (number: number): Did => `did:plc:${String(number).padStart(6, '0')}`
const tree = (number: number) => `bafyreitree${number}`

describe('Reconciler', () => {
  it('confirms what is current, and hands on what is not, by the listing of the source', async () => {
    const repos = [0, 1, 2, 3, 4].map((number) => ({ did: didOf(number), rev: rev(100 + number) }))
    repos[2] = { did: didOf(2), rev: rev(300) }
    await using host = await FakeHost.start({ listRepos: listing(() => repos) })
    await using node = await Node.start(host.url, 5)
    await node.gap()
    assert.deepEqual(node.stale, [didOf(2)])
    assert.deepEqual(await node.statuses(), ['synced', 'synced', 'desync', 'synced', 'synced'])
    assert.equal((await node.repo(2))?.desync?.reason, 'gap')
    assert.deepEqual(host.requests, ['listRepos?limit=1000'])
    assert.deepEqual(node.done, [{ phase: 'asking', done: 5, total: 5, confirmed: 4, stale: 1, leftMs: 0 }])
    assert.equal(node.reconciler.progress.phase, 'idle')
  })

  it('marks every repo before the host is asked', async () => {
    let statuses: readonly unknown[] = []
    await using host = await FakeHost.start({
      listRepos: async () => {
        statuses = await node.statuses()
        return { repos: [] }
      },
      getLatestCommit: () => {
        throw new Refusal(400, 'RepoNotFound')
      },
    })
    await using node = await Node.start(host.url, 2, [{ content: 'pending', status: 'pending' }])
    await node.gap()
    assert.deepEqual(statuses, ['desync', 'desync', 'pending'])
    assert.deepEqual(node.stale, [didOf(0), didOf(1)])
  })

  it('waits for what is on its way before it says that a repo is stale', async () => {
    await using host = await FakeHost.start({
      listRepos: async () => {
        await node.commit(0, 100, 200)
        await node.commit(1, 150, 200)
        return { repos: [0, 1, 2].map((number) => ({ did: didOf(number), rev: rev(200) })) }
      },
    })
    await using node = await Node.start(host.url, 3)
    await node.gap()
    // The commit of the first continues what is there, that of the second does not, and the third has none.
    assert.deepEqual(node.stale, [didOf(1), didOf(2)])
    assert.deepEqual(await node.statuses(), ['synced', 'desync', 'desync'])
    assert.equal((await node.repo(0))?.rev, rev(200))
  })

  it('asks one by one for what the listing does not tell', async () => {
    const answers = new Map<string, () => unknown>([
      [didOf(1), () => ({ rev: rev(101), cid: 'bafy' })],
      [didOf(2), () => ({ rev: rev(200), cid: 'bafy' })],
      [didOf(3), refuse(400, 'RepoNotFound')],
      [didOf(4), refuse(404, 'RepoNotSynchronized')],
      [didOf(5), refuse(400, 'RepoDeactivated')],
      [didOf(6), refuse(400, 'RepoDeactivated')],
      [didOf(7), () => ({ rev: rev(50), cid: 'bafy' })],
    ])
    await using host = await FakeHost.start({
      listRepos: listing(() => [{ did: didOf(0), rev: rev(100) }]),
      getLatestCommit: (params) => answers.get(params.get('did') ?? '')?.(),
    })
    await using node = await Node.start(host.url, 6, [{ status: 'deactivated' }, {}])
    await node.gap()
    assert.deepEqual(node.stale.toSorted(), [2, 3, 4, 5, 7].map(didOf))
    assert.deepEqual((await node.statuses()).slice(0, 2), ['synced', 'synced'])
    assert.equal(host.requests.length, 8)
  })

  it('reads no more pages than it may, and asks for the rest at once where nothing is listed', async () => {
    const repos = Array.from({ length: 30 }, (_, number) => ({ did: didOf(number), rev: rev(100 + number) }))
    const ask = (params: URLSearchParams) => repos.find(({ did }) => did === params.get('did'))
    const getLatestCommit = (params: URLSearchParams) => ({ ...ask(params), cid: 'bafy' })
    await using host = await FakeHost.start({ listRepos: listing(() => repos), getLatestCommit })
    await using node = await Node.start(host.url, 30, [], { pageSize: 10, maxPages: 2 })
    await node.gap()
    assert.equal(host.requests.length, 2 + 10)
    await using silent = await FakeHost.start({ getLatestCommit })
    await using other = await Node.start(silent.url, 30)
    await other.gap()
    assert.equal(silent.requests.length, 1 + 30)
    assert.deepEqual([...node.stale, ...other.stale], [])
    assert.deepEqual(new Set([...(await node.statuses()), ...(await other.statuses())]), new Set(['synced']))
  })

  it('asks the host of a repo where the source knows no revisions', async () => {
    await using pds = await FakeHost.start({ getLatestCommit: () => ({ rev: rev(100), cid: 'bafy' }) })
    await using relay = await FakeHost.start({ getLatestCommit: refuse(501, 'MethodNotImplemented') })
    const hostOf = async (did: Did) => (did === didOf(0) ? pds.url : undefined)
    await using node = await Node.start(relay.url, 2, [], { hostOf })
    await node.gap()
    assert.deepEqual(node.stale, [didOf(1)])
    assert.deepEqual(await node.statuses(), ['synced', 'desync'])
  })

  it('takes an account for hidden or shown only as its host does', async () => {
    const repos: FakeRepo[] = [
      { did: didOf(0), rev: rev(100), active: false, status: 'takendown' },
      { did: didOf(1), rev: rev(101), active: false, status: 'deactivated' },
      { did: didOf(2), rev: rev(102), active: true },
      { did: didOf(3), active: false, status: 'deactivated' },
    ]
    await using host = await FakeHost.start({ listRepos: listing(() => repos) })
    const hidden = { status: 'deactivated' } as const
    await using node = await Node.start(host.url, 1, [hidden, hidden, hidden])
    await node.gap()
    assert.deepEqual(node.stale, [didOf(0), didOf(2)])
    assert.equal((await node.repo(1))?.content, 'synced')
    assert.equal((await node.repo(3))?.content, 'desync')
    assert.equal(host.requests.length, 1)
  })

  it('goes on after its process has died, wherever it was', async () => {
    const repos = Array.from({ length: 20 }, (_, number) => ({ did: didOf(number), rev: rev(100 + number) }))
    repos[7] = { did: didOf(7), rev: rev(300) }
    await using host = await FakeHost.start({
      listRepos: listing(() => repos.slice(0, 15)),
      getLatestCommit: (params) => ({
        rev: repos.find(({ did }) => did === params.get('did'))?.rev,
        cid: 'bafy',
      }),
    })
    await using node = await Node.start(host.url, 20, [], { pageSize: 4, requestsPerSecond: 1000 })
    await node.reconciler.gap({ isCertain: true })
    let deaths = 0
    for (; !(await node.isDone()); deaths++) {
      assert.ok(deaths < 50)
      const stop = new AbortController()
      const lastStep = () => stop.abort(new Error('killed'))
      const killed = node.another({ onProgress: lastStep, onDone: () => stop.abort() })
      await killed.run(stop.signal)
    }
    assert.ok(deaths > 8)
    assert.ok(node.stale.includes(didOf(7)))
    assert.deepEqual(new Set(node.stale), new Set([didOf(7)]))
    const statuses = await node.statuses()
    assert.deepEqual(
      statuses,
      statuses.map((_, number) => (number === 7 ? 'desync' : 'synced')),
    )
  })

  it('lists once more where there is another gap while it lists', async () => {
    let gaps = 2
    const repos = Array.from({ length: 30 }, (_, number) => ({ did: didOf(number), rev: rev(100 + number) }))
    const list = listing(() => repos)
    await using host = await FakeHost.start({
      listRepos: async (params, call) => {
        if (params.get('cursor') === '10' && gaps-- > 0) await node.reconciler.gap({ isCertain: true })
        return list(params, call)
      },
    })
    await using node = await Node.start(host.url, 30, [], { pageSize: 10 })
    await node.gap()
    assert.deepEqual(
      host.requests.map((request) => new URL(request, host.url).searchParams.get('cursor')),
      [null, '10', null, '10', null, '10', '20'],
    )
    assert.deepEqual(new Set(await node.statuses()), new Set(['synced']))
  })

  it('runs once more where there is another gap while it asks one by one', async () => {
    let gaps = 1
    await using host = await FakeHost.start({
      getLatestCommit: async (params) => {
        const number = Number(params.get('did')?.slice('did:plc:'.length))
        if (number === 3 && gaps-- > 0) await node.reconciler.gap({ isCertain: true })
        return { rev: rev(100 + number), cid: 'bafy' }
      },
    })
    await using node = await Node.start(host.url, 6, [], { concurrency: 1, requestsPerSecond: 1000 })
    await node.gap(2)
    assert.deepEqual(new Set(await node.statuses()), new Set(['synced']))
    assert.deepEqual(node.stale, [])
  })

  it('does not run again soon where the cause is not certain, and at once where it is', async () => {
    await using host = await FakeHost.start({ listRepos: listing(() => [{ did: didOf(0), rev: rev(100) }]) })
    const clock = { nowMs: Date.now() }
    await using node = await Node.start(host.url, 1, [], { now: () => clock.nowMs++ })
    await node.gap(1, false)
    await node.reconciler.gap({ isCertain: false })
    assert.equal(node.reconciler.progress.phase, 'waiting')
    assert.equal(await node.reconciler.isPending(), true)
    assert.deepEqual(await node.statuses(), ['synced'])
    await node.gap(2, true)
    assert.equal(await node.reconciler.isPending(), false)
    assert.equal(host.requests.length, 2)
    await node.reconciler.gap({ isCertain: false })
    clock.nowMs += 10 * 60_000
    await node.gap(3, false)
    assert.equal(host.requests.length, 3)
  })

  it('takes care of repos that go out of sync because it marks them, and of no others', async () => {
    const cares: boolean[] = []
    await using host = await FakeHost.start({ listRepos: listing(() => [{ did: didOf(0), rev: rev(300) }]) })
    await using node = await Node.start(host.url, 1, [], {}, (reason) =>
      cares.push(node.reconciler.takesCareOf(reason)),
    )
    assert.equal(node.reconciler.takesCareOf('gap'), false)
    await node.gap()
    assert.deepEqual(cares, [true])
    assert.equal(node.reconciler.takesCareOf('gap'), false)
    assert.equal(node.reconciler.takesCareOf('chain'), false)
  })
})

const refuse = (status: number, name: string) => () => {
  throw new Refusal(status, name)
}

/** A store of `count` synced repos and others, an indexer that applies the streams, and a reconciler. */
class Node implements AsyncDisposable {
  readonly stale: Did[] = []
  readonly done: ReconcileProgress[] = []
  readonly reconciler: Reconciler
  readonly streams: SqliteStreams
  readonly storage: SqliteStorage
  readonly #options: ReconcilerOptions
  readonly #stop = new AbortController()
  readonly #running: Promise<void>[] = []
  #isRunning = false
  #wake = () => {}

  constructor(source: URL, options: Partial<ReconcilerOptions>, onDesync: (reason: 'gap') => void) {
    const database = new Database()
    this.streams = new SqliteStreams({ database })
    this.storage = new SqliteStorage({ database })
    const { streams, storage } = this
    const search = new SqliteSearch({ database })
    const indexer = new Indexer({
      streams,
      storage,
      search,
      onDesync: (_, reason) => onDesync(reason as 'gap'),
    })
    this.#options = {
      source,
      streams,
      storage,
      hosts: new HttpHosts({ fetch: httpFetch }),
      group: indexerGroup,
      backoff: { firstMs: 1, maxMs: 1 },
      onStale: (did) => void this.stale.push(did),
      onDone: (progress) => {
        this.done.push(progress)
        this.#wake()
      },
      ...options,
    }
    this.reconciler = new Reconciler(this.#options)
    this.#running.push(indexer.run(this.#stop.signal))
  }

  static async start(
    source: URL,
    count: number,
    others: readonly Partial<RepoState>[] = [],
    options: Partial<ReconcilerOptions> = {},
    onDesync: (reason: 'gap') => void = () => {},
  ): Promise<Node> {
    const node = new Node(source, options, onDesync)
    const all = [...Array.from({ length: count }, () => ({})), ...others]
    const changes = all.map((other, number) => ({ repo: synced(number, other) }))
    for (let at = 0; at < changes.length; at += 1000) await node.storage.apply(changes.slice(at, at + 1000))
    return node
  }

  another(options: Partial<ReconcilerOptions>): Reconciler {
    return new Reconciler({ ...this.#options, ...options })
  }

  /** Tells of a gap, and waits for the end of the `runs`th run. */
  async gap(runs = 1, isCertain = true): Promise<void> {
    await this.reconciler.gap({ isCertain })
    if (!this.#isRunning) this.#running.push(this.reconciler.run(this.#stop.signal))
    this.#isRunning = true
    while (this.done.length < runs || this.reconciler.progress.phase === 'asking') {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        if (this.done.length >= runs) setImmediate(resolve)
      })
    }
  }

  async isDone(): Promise<boolean> {
    return (await this.storage.note('gap')) === undefined
  }

  repo(number: number): Promise<RepoState | undefined> {
    return this.storage.getRepo(didOf(number))
  }

  async statuses(): Promise<readonly string[]> {
    const { repos } = await this.storage.listRepos({ limit: 1000 })
    return repos.map(({ status }) => status)
  }

  async commit(number: number, from: number, to: number): Promise<void> {
    const event = {
      kind: 'commit',
      did: didOf(number),
      seq: 1,
      timeMs: 1,
      rev: rev(to),
      data: tree(to),
    } as const
    await this.streams.append(firehoseLive, [encodeEvent({ ...event, prevData: tree(from), operations: [] })])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running)
  }
}

function synced(number: number, other: Partial<RepoState>): RepoState {
  const base = {
    did: didOf(number),
    status: 'synced',
    content: 'synced',
    updatedAtMs: 1,
    confirmedAtMs: 1,
  } as const
  if (other.content === 'pending')
    return { did: base.did, updatedAtMs: 1, status: 'pending', content: 'pending' }
  return { ...base, rev: rev(100 + number), data: tree(100 + number), ...other }
}
