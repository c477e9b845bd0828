import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { FakeHost, type FakeRepo, listing, Refusal } from '../../net/host/testing/fake-host.ts'
import type { RepoState } from '../../state/storage/storage.ts'
import type { ReconcilerOptions } from './reconciler-options.ts'
import { didOf, ReconcilingNode, rev } from './testing/reconciling-node.ts'

describe('Reconciler', () => {
  it('confirms what is current, and hands on what is not, by the listing of the source', async () => {
    const repos = [0, 1, 2, 3, 4].map((number) => ({ did: didOf(number), rev: rev(100 + number) }))
    repos[2] = { did: didOf(2), rev: rev(300) }
    await using host = await FakeHost.start({ listRepos: listing(() => repos) })
    await using node = await ReconcilingNode.start(host.url, 5)
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
    await using node = await ReconcilingNode.start(host.url, 2, [{ content: 'pending', status: 'pending' }])
    await node.gap()
    assert.deepEqual(statuses, ['desync', 'desync', 'pending'])
    assert.deepEqual(node.stale, [didOf(0), didOf(1)])
  })

  it('doubts the identity of every repo that has a handle, where events are missing for certain', async () => {
    await using host = await FakeHost.start({ listRepos: () => ({ repos: [] }) })
    const others: Partial<RepoState>[] = [
      { content: 'desync', status: 'desync', desync: { reason: 'rejected', sinceMs: 1 } },
      { content: 'error', status: 'error' },
      { status: 'takendown' },
      { content: 'pending', status: 'pending' },
      { content: 'pending', status: 'deleted' },
    ]
    const options = { everyMs: 0, hostOf: async () => undefined, maxAttempts: 1 }
    await using node = await ReconcilingNode.start(host.url, 1, others, options)
    await node.gap(1, false)
    assert.deepEqual(node.doubtful, [])
    await node.gap(2)
    assert.deepEqual(node.doubtful.toSorted(), [0, 1, 2, 3].map(didOf))
    assert.equal((await node.repo(1))?.desync?.reason, 'rejected')
  })

  it('tells of repos that were created meanwhile, to the end of the listing', async () => {
    const listed = Array.from({ length: 30 }, (_, number) => ({ did: didOf(number), rev: rev(100 + number) }))
    await using host = await FakeHost.start({ listRepos: listing(() => listed) })
    const unknown: Did[] = []
    const options: Partial<ReconcilerOptions> = {
      pageSize: 10,
      onUnknown: async (repos) => void unknown.push(...repos.map(({ did }) => did)),
    }
    await using node = await ReconcilingNode.start(host.url, 2, [], options)
    await node.gap()
    assert.deepEqual(
      unknown,
      listed.slice(2).map(({ did }) => did),
    )
  })

  it('waits for what is on its way before it says that a repo is stale', async () => {
    await using host = await FakeHost.start({
      listRepos: async () => {
        node.holdIndexer()
        await node.commit(0, 100, 200)
        await node.commit(1, 150, 200)
        return { repos: [0, 1, 2].map((number) => ({ did: didOf(number), rev: rev(200) })) }
      },
    })
    await using node = await ReconcilingNode.start(host.url, 3)
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
    await using node = await ReconcilingNode.start(host.url, 6, [{ status: 'deactivated' }, {}])
    await node.gap()
    assert.deepEqual(node.stale.toSorted(), [2, 3, 4, 7].map(didOf))
    assert.deepEqual((await node.statuses()).slice(0, 2), ['synced', 'synced'])
    assert.equal((await node.repo(5))?.status, 'deactivated')
    assert.equal(host.requests.length, 8)
  })

  it('reads no more pages than it may, and asks for the rest at once where nothing is listed', async () => {
    const repos = Array.from({ length: 30 }, (_, number) => ({ did: didOf(number), rev: rev(100 + number) }))
    const ask = (params: URLSearchParams) => repos.find(({ did }) => did === params.get('did'))
    const getLatestCommit = (params: URLSearchParams) => ({ ...ask(params), cid: 'bafy' })
    await using host = await FakeHost.start({ listRepos: listing(() => repos), getLatestCommit })
    await using node = await ReconcilingNode.start(host.url, 30, [], { pageSize: 10, maxPages: 2 })
    await node.gap()
    assert.equal(host.requests.length, 2 + 10)
    await using silent = await FakeHost.start({ getLatestCommit })
    await using other = await ReconcilingNode.start(silent.url, 30)
    await other.gap()
    assert.equal(silent.requests.length, 1 + 30)
    assert.deepEqual([...node.stale, ...other.stale], [])
    assert.deepEqual(new Set([...(await node.statuses()), ...(await other.statuses())]), new Set(['synced']))
  })

  it('asks the host of a repo where the source knows no revisions', async () => {
    await using pds = await FakeHost.start({ getLatestCommit: () => ({ rev: rev(100), cid: 'bafy' }) })
    await using relay = await FakeHost.start({ getLatestCommit: refuse(501, 'MethodNotImplemented') })
    const hostOf = async (did: Did) => (did === didOf(0) ? pds.url : undefined)
    await using node = await ReconcilingNode.start(relay.url, 2, [], { hostOf })
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
      { did: didOf(4), active: false, status: 'takendown' },
      { did: didOf(5), rev: rev(105), active: true },
      { did: didOf(6), rev: rev(106), active: false, status: 'deactivated' },
      { did: didOf(7), active: false, status: 'desynchronized' },
      { did: didOf(8), active: false, status: 'takendown' },
    ]
    await using host = await FakeHost.start({ listRepos: listing(() => repos) })
    const hidden = { status: 'deactivated' } as const
    const deleted = { status: 'deleted', content: 'pending' } as const
    const pending = { status: 'pending', content: 'pending' } as const
    const others = [hidden, hidden, hidden, hidden, deleted, deleted, {}, pending]
    await using node = await ReconcilingNode.start(host.url, 1, others)
    await node.gap()
    // What is shown again may lack content as well; what its source cannot follow has to be looked at.
    assert.deepEqual(node.stale, [didOf(2), didOf(7)])
    const statuses = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(async (number) => (await node.repo(number))?.status)
    assert.equal(
      (await Promise.all(statuses)).join(' '),
      'takendown deactivated desync deactivated takendown pending deleted desync takendown',
    )
    assert.equal((await node.repo(1))?.content, 'synced')
    assert.equal((await node.repo(3))?.content, 'desync')
    assert.deepEqual(new Set(host.requests.slice(1)), new Set(['getLatestCommit?did=did%3Aplc%3A000007']))
  })

  it('shows again what its host gives out when it is asked for it alone', async () => {
    await using host = await FakeHost.start({ getLatestCommit: () => ({ rev: rev(100), cid: 'bafy' }) })
    await using node = await ReconcilingNode.start(host.url, 0, [{ status: 'suspended' }])
    await node.gap()
    assert.deepEqual(await node.statuses(), ['desync'])
    assert.deepEqual(node.stale, [didOf(0)])
  })

  it('believes what comes by the stream after it has asked, not what it was told before', async () => {
    await using host = await FakeHost.start({
      listRepos: async () => {
        await node.account(0, { active: true })
        return { repos: [{ did: didOf(0), rev: rev(100), active: false, status: 'suspended' }] }
      },
    })
    await using node = await ReconcilingNode.start(host.url, 1)
    await node.gap()
    assert.deepEqual([(await node.repo(0))?.status, (await node.repo(0))?.content], ['desync', 'desync'])
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
    await using node = await ReconcilingNode.start(host.url, 20, [], { pageSize: 4, requestsPerSecond: 1000 })
    await node.reconciler.gap({ isCertain: true })
    let deaths = 0
    for (; !(await node.isDone()); deaths++) {
      assert.ok(deaths < 50)
      const stop = new AbortController()
      let steps = deaths % 3
      const onProgress = () => void (steps-- === 0 && stop.abort(new Error('killed')))
      const killed = node.another({ onProgress, onDone: () => stop.abort() })
      await killed.run(stop.signal)
    }
    assert.ok(deaths > 5)
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
    await using node = await ReconcilingNode.start(host.url, 30, [], { pageSize: 10 })
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
    await using node = await ReconcilingNode.start(host.url, 6, [], {
      concurrency: 1,
      requestsPerSecond: 1000,
    })
    await node.gap(2)
    assert.deepEqual(new Set(await node.statuses()), new Set(['synced']))
    assert.deepEqual(node.stale, [])
  })

  it('does not run again soon where the cause is not certain, and at once where it is', async () => {
    await using host = await FakeHost.start({ listRepos: listing(() => [{ did: didOf(0), rev: rev(100) }]) })
    const clock = { aheadMs: 0 }
    await using node = await ReconcilingNode.start(host.url, 1, [], { now: () => Date.now() + clock.aheadMs })
    await node.gap(1, false)
    await node.reconciler.gap({ isCertain: false })
    assert.equal(node.reconciler.progress.phase, 'waiting')
    assert.equal(await node.reconciler.isPending(), true)
    assert.deepEqual(await node.statuses(), ['synced'])
    await node.gap(2, true)
    assert.equal(await node.reconciler.isPending(), false)
    assert.equal(host.requests.length, 2)
    await node.reconciler.gap({ isCertain: false })
    clock.aheadMs += 10 * 60_000
    await node.gap(3, false)
    assert.equal(host.requests.length, 3)
  })

  it('takes care of repos that go out of sync because it marks them, and of no others', async () => {
    const cares: boolean[] = []
    await using host = await FakeHost.start({ listRepos: listing(() => [{ did: didOf(0), rev: rev(300) }]) })
    await using node = await ReconcilingNode.start(host.url, 1, [], {}, (reason) =>
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
