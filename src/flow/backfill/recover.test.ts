import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import type { UnverifiedEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { Database } from '../../state/database.ts'
import { openQueue } from '../../state/queue/testing/queue.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import type { ContentStatus, RepoState } from '../../state/storage/storage.ts'
import { type BackfillPolicy, Enqueue } from './enqueue.ts'
import { backgroundQueue, identityQueue, repoPriorities, repoQueue, resyncQueue } from './queues.ts'
import { recover } from './recover.ts'
import { queueStale } from './stale.ts'

describe('at the start', () => {
  const cases: readonly {
    readonly policy: BackfillPolicy
    readonly repo: readonly string[]
    readonly left: number
  }[] = [
    { policy: 'none', repo: ['did:plc:tracked'], left: 1 },
    { policy: 'seen', repo: ['did:plc:pending', 'did:plc:tracked'], left: 0 },
    { policy: 'all', repo: ['did:plc:pending', 'did:plc:tracked'], left: 0 },
  ]
  for (const { policy, repo, left } of cases) {
    it(`everything that has to be done is queued, where "${policy}" is wanted unasked`, async () => {
      const { storage, queue, enqueue } = await open(policy)
      const recovered = await recover({ storage, queue, enqueue, policy, pageSize: 2 })
      assert.deepEqual(await waiting(queue, resyncQueue), [
        'did:plc:desync',
        'did:plc:error',
        'did:plc:syncing',
      ])
      assert.deepEqual(await waiting(queue, repoQueue), repo)
      assert.deepEqual(recovered, { repos: 3 + repo.length, left, lookUps: 1 })
      assert.ok((await waiting(queue, identityQueue)).includes('did:plc:held'))
      assert.deepEqual(await recover({ storage, queue, enqueue, policy }), { repos: 0, left, lookUps: 0 })
    })
  }

  it('what somebody has asked for since is left to the run that is under way', async () => {
    const { storage, queue, enqueue } = await open('none')
    const isUnderWay = (did: Did) => did === 'did:plc:syncing'
    const { left } = await recover({ storage, queue, enqueue, policy: 'none', isUnderWay })
    assert.deepEqual(await waiting(queue, resyncQueue), ['did:plc:desync', 'did:plc:error'])
    assert.equal(left, 1)
  })

  it('what a gap has put in doubt is left to whoever compares it, while that is not done', async () => {
    const { storage, queue, enqueue } = await open('none')
    await recover({ storage, queue, enqueue, policy: 'none', leavesGaps: true })
    assert.equal(await queue.find(resyncQueue, 'did:plc:desync'), undefined)
    assert.ok(await queue.find(resyncQueue, 'did:plc:error'))
    const other = new Enqueue({ queue, policy: 'none', takesCareOf: (reason) => reason === 'gap' })
    other.desynced('did:plc:desync', 'gap')
    other.desynced('did:plc:error2', 'chain')
    await other.settled()
    assert.equal(await queue.find(resyncQueue, 'did:plc:desync'), undefined)
    assert.ok(await queue.find(resyncQueue, 'did:plc:error2'))
  })

  it('what is queued keeps its pauses, and a dead letter stays one', async () => {
    const { storage, queue, enqueue } = await open('all')
    await queue.add(resyncQueue, [{ key: 'did:plc:desync', dueMs: 9e12 }])
    await queue.add(repoQueue, [{ key: 'did:plc:error' }])
    for (const job of await queue.take(repoQueue, 1)) await queue.bury(job, 'given up')
    await recover({ storage, queue, enqueue, policy: 'all' })
    assert.equal((await queue.find(resyncQueue, 'did:plc:desync'))?.dueMs, 9e12)
    assert.equal((await queue.find(repoQueue, 'did:plc:error'))?.state, 'dead')
    assert.equal(await queue.find(resyncQueue, 'did:plc:error'), undefined)
  })
})

describe('a job that the process has left when it died', () => {
  const cases: readonly {
    readonly name: string
    readonly repo: Partial<RepoState> | undefined
    readonly queue: typeof repoQueue | typeof resyncQueue
    readonly isDead?: boolean
    readonly becomes: 'gone' | 'due' | 'what it was'
  }[] = [
    { name: 'is synced', repo: { content: 'synced' }, queue: resyncQueue, becomes: 'gone' },
    { name: 'is synced', repo: { content: 'synced' }, queue: resyncQueue, isDead: true, becomes: 'gone' },
    {
      name: 'is synced, perhaps as of before',
      repo: { content: 'synced' },
      queue: repoQueue,
      becomes: 'due',
    },
    { name: 'is not known any more', repo: undefined, queue: repoQueue, becomes: 'gone' },
    {
      name: 'is deleted',
      repo: { status: 'deleted', content: 'pending' },
      queue: resyncQueue,
      becomes: 'gone',
    },
    {
      name: 'is hidden',
      repo: { status: 'takendown', content: 'desync' },
      queue: resyncQueue,
      becomes: 'due',
    },
    { name: 'is out of sync', repo: { content: 'desync' }, queue: resyncQueue, becomes: 'what it was' },
    {
      name: 'was given up',
      repo: { content: 'error' },
      queue: resyncQueue,
      isDead: true,
      becomes: 'what it was',
    },
    { name: 'is pending', repo: { content: 'pending' }, queue: repoQueue, becomes: 'what it was' },
  ]
  for (const { name, repo, queue: of, isDead = false, becomes } of cases) {
    it(`${isDead ? 'and is a dead letter ' : ''}in the queue ${of}, though its repo ${name}: is ${becomes}`, async () => {
      const { queue } = openQueue()
      const storage = new SqliteStorage({ database: new Database() })
      const key: Did = 'did:plc:a'
      const { content = 'pending', ...more } = repo ?? {}
      if (repo !== undefined) await storage.apply([{ repo: repoOf(key, content, more) }])
      // An account that is hidden is not fetched, unless its host is to be asked whether it still hides it.
      await queue.add(of, [{ key, priority: repoPriorities.enumerated }])
      for (const job of await queue.take(of, 1)) {
        if (isDead) await queue.bury(job, 'given up')
        else await queue.retry(job, { dueMs: 9e12 })
      }
      const before = await queue.find(of, key)
      await using enqueue = new Enqueue({ queue, policy: 'all' })
      await recover({ storage, queue, enqueue, policy: 'all' })
      const after = await queue.find(of, key)
      if (becomes === 'gone') assert.equal(after, undefined)
      else if (becomes === 'what it was') assert.deepEqual(after, before)
      else assert.ok(after !== undefined && after.dueMs <= Date.now())
    })
  }
})

describe('in the background', () => {
  it('repos are checked that nothing has confirmed for long, so many in one pass, each once', async () => {
    const { queue } = openQueue()
    const storage = new SqliteStorage({ database: new Database() })
    const repos = Array.from({ length: 25 }, (_, at) =>
      repoOf(`did:plc:s${10 + at}`, 'synced', { confirmedAtMs: at }),
    )
    await storage.apply(repos.map((repo) => ({ repo })))
    await using enqueue = new Enqueue({ queue, policy: 'none' })
    const options = { storage, queue, enqueue, intervalMs: 100, now: () => 120, maxPerPass: 8, pageSize: 3 }
    assert.equal(await queueStale(options), 8)
    assert.equal(await queueStale(options), 8)
    assert.equal(await queueStale(options), 4)
    assert.equal(await queueStale(options), 0)
    const expected = repos.slice(0, 20).map(({ did }) => did)
    assert.deepEqual(await waiting(queue, backgroundQueue), expected)
  })
})

async function open(policy: BackfillPolicy) {
  const { queue } = openQueue()
  const storage = new SqliteStorage({ database: new Database() })
  const event: UnverifiedEvent = {
    kind: 'unverified',
    did: 'did:plc:held',
    seq: 1,
    timeMs: 1,
    rev: '3kaaaaaaaaaaa',
    frame: new Uint8Array(3),
  }
  await storage.apply([
    { repo: repoOf('did:plc:synced', 'synced') },
    { repo: repoOf('did:plc:pending', 'pending') },
    { repo: repoOf('did:plc:tracked', 'pending') },
    { repo: repoOf('did:plc:desync', 'desync') },
    { repo: repoOf('did:plc:error', 'error') },
    { repo: repoOf('did:plc:syncing', 'syncing', { run: { ticket: 't', before: 'pending' } }) },
    { repo: { ...repoOf('did:plc:hidden', 'desync'), status: 'deactivated' } },
    { repo: repoOf('did:plc:held', 'synced'), hold: [encodeEvent(event)] },
  ])
  await storage.setTracking('did:plc:tracked', 'tracked')
  return { storage, queue, enqueue: new Enqueue({ queue, policy }) }
}

function repoOf(did: Did, content: ContentStatus, more: Partial<RepoState> = {}): RepoState {
  const desync = content === 'desync' ? { desync: { reason: 'gap', sinceMs: 1 } as const } : {}
  return { did, status: content, content, updatedAtMs: 1, ...desync, ...more }
}

async function waiting(
  queue: Awaited<ReturnType<typeof open>>['queue'],
  name: string,
): Promise<readonly string[]> {
  const jobs = await queue.take(name, 1000)
  for (const job of jobs) await queue.retry(job, { dueMs: 0, counts: false })
  return jobs.map(({ key }) => key).sort()
}
