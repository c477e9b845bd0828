import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BackfillEntry } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import type { RepoEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { Database } from '../../state/database.ts'
import { openQueue } from '../../state/queue/testing/queue.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseBackfill, firehoseLive } from '../../state/streams/streams.ts'
import { Enqueue } from '../backfill/enqueue.ts'
import {
  identityQueue,
  lookUpPriorities,
  repoPriorities,
  repoQueue,
  resyncQueue,
} from '../backfill/queues.ts'
import { Indexer } from './indexer.ts'
import { account, alice, commit, rejected, sync } from './testing/events.ts'
import { begin, end, lapse } from './testing/steps.ts'

const hour = 3_600_000
const first = commit('r1', ['empty', 'A'], '+a')
const second = commit('r2', ['A', 'B'], '+b')
const third = commit('r3', ['B', 'C'], '+c')

describe('a job that is set aside until the owner of its repo writes', () => {
  for (const queue of [repoQueue, resyncQueue]) {
    it(`is due with the next verified commit, in the queue ${queue}`, async () => {
      const node = open()
      await node.index(queue === repoQueue ? second : rejected('r1'))
      await node.setAside(queue)
      const before = await node.job(queue)
      assert.equal(before?.dueMs, node.clock.ms + 6 * hour)
      await node.index(third)
      const { dueMs, attempts } = (await node.job(queue)) ?? {}
      assert.deepEqual({ dueMs, attempts }, { dueMs: node.clock.ms, attempts: 0 })
    })
  }

  it('is due later and later when that happens again and again', async () => {
    const node = open()
    const pauses: number[] = []
    for (let n = 0; n < 5; n++) {
      await node.setAside(repoQueue)
      await node.index(commit(`r${n + 5}`, [undefined, `T${n}`], '+x'))
      const { dueMs = 0 } = (await node.job(repoQueue)) ?? {}
      pauses.push(dueMs - node.clock.ms)
      node.clock.ms = Math.max(node.clock.ms, dueMs)
    }
    assert.deepEqual(pauses, [0, 5_000, 10_000, 20_000, 40_000])
  })

  it('is left alone by what proves nothing of its owner, and by what waits for a host alone', async () => {
    const node = open()
    await node.index(second)
    await node.setAside(repoQueue)
    await node.index(rejected('r4'), sync('r5', 'Z'))
    assert.equal((await node.job(repoQueue))?.dueMs, node.clock.ms + 6 * hour)
    const other = open()
    await other.index(second)
    await other.setAside(repoQueue, false)
    await other.index(third)
    assert.equal((await other.job(repoQueue))?.dueMs, other.clock.ms + 6 * hour)
  })
})

describe('a job goes', () => {
  const endings: Readonly<Record<string, readonly (RepoEvent | BackfillEntry)[]>> = {
    'when a commit heals its repo': [third],
    'when its host has nothing newer': [
      { kind: 'confirm', askedMs: 1e15, repos: [{ did: alice, rev: 'r2' }] },
    ],
    'when its account is hidden': [account(false, 'takendown')],
    'when its account is deleted': [account(false, 'deleted')],
    'when nothing is kept of its repo': [{ kind: 'remove', did: alice }],
  }
  for (const [name, entries] of Object.entries(endings)) {
    for (const state of ['waiting', 'running', 'dead']) {
      it(`${name}, though it is ${state}`, async () => {
        const node = open()
        await node.index(first, second, lapse())
        const [job] = await node.queue.take(resyncQueue, 1)
        assert(job)
        if (state === 'dead') await node.queue.bury(job, 'given up')
        if (state === 'waiting') await node.queue.retry(job, { dueMs: node.clock.ms + 4 * hour })
        await node.index(...entries)
        // What has failed meanwhile must not put it back.
        await node.queue.retry(job, { dueMs: node.clock.ms + 4 * hour })
        assert.equal(await node.job(resyncQueue), undefined)
        assert.deepEqual(await node.queue.totals(resyncQueue), { waiting: 0, running: 0, dead: 0 })
      })
    }
  }

  it('and comes back as a new one when the account is active again', async () => {
    const node = open()
    await node.index(first, second, lapse())
    const [job] = await node.queue.take(resyncQueue, 1)
    assert(job)
    await node.queue.retry(job, { dueMs: node.clock.ms + 4 * hour })
    await node.index(account(false, 'deactivated'), account(true))
    const { dueMs, attempts } = (await node.job(resyncQueue)) ?? {}
    assert.deepEqual({ dueMs, attempts }, { dueMs: node.clock.ms + 5_000, attempts: 0 })
  })

  it('also when its run was under way while the account was hidden, and fails', async () => {
    const node = open()
    await node.index(first, second, lapse(), begin(), account(false, 'deactivated'))
    await node.index(account(true), { kind: 'abort', did: alice, ticket: 'ticket', isFinal: false })
    assert.equal((await node.job(resyncQueue))?.state, 'waiting')
  })

  it('unless somebody has asked for it', async () => {
    const node = open()
    await node.index(first, second, lapse())
    await node.queue.add(resyncQueue, [{ key: alice, priority: repoPriorities.asked }])
    await node.index(third)
    assert.equal((await node.job(resyncQueue))?.state, 'waiting')
  })
})

describe('the handle of a repo', () => {
  const handle: BackfillEntry = { kind: 'handle', did: alice, handle: 'alice.test' }
  it('is looked up once the repo is synced, though nothing has told of it', async () => {
    const node = open()
    await node.index(second)
    assert.equal(await node.job(identityQueue), undefined)
    await node.index(...wholeRun())
    assert.equal((await node.job(identityQueue))?.priority, lookUpPriorities.newcomer)
    const other = open()
    await other.index(first)
    assert.equal((await other.job(identityQueue))?.state, 'waiting')
  })

  it('is not looked up by and by where it is known, nor of what is not to be seen', async () => {
    const node = open()
    await node.index(first)
    await node.queue.remove(identityQueue, alice)
    await node.index(second, handle, lapse(), third, account(false, 'deactivated'), account(true))
    assert.equal(await node.job(identityQueue), undefined)
    const other = open()
    await other.index(account(false, 'deactivated'), first)
    assert.equal(await other.job(identityQueue), undefined)
  })
})

/** A run that fetches all of the repo. */
const wholeRun = () => [begin(), end('r2', 'B', '+a +b')]

/** An indexer and the queue that follows it. */
function open() {
  const database = new Database()
  const clock = { ms: 1_700_000_000_000 }
  const { queue } = openQueue(() => clock.ms)
  const enqueue = new Enqueue({ queue, policy: 'seen', now: () => clock.ms })
  const streams = new SqliteStreams({ database })
  const indexer = new Indexer({
    streams,
    storage: new SqliteStorage({ database }),
    search: new SqliteSearch({ database }),
    onDesync: (did, reason) => enqueue.desynced(did, reason),
    onPending: (did) => enqueue.seen(did),
    onNeedless: (did) => enqueue.needless(did),
    onWritten: (did) => enqueue.written(did),
    onNewcomer: (did) => enqueue.newcomer(did),
  })
  const index = async (...entries: readonly (RepoEvent | BackfillEntry)[]) => {
    for (const entry of entries) {
      if ('seq' in entry) await streams.append(firehoseLive, [encodeEvent(entry)])
      else await streams.append(firehoseBackfill, [encodeBackfillEntry(entry)])
      await indexer.run(AbortSignal.abort())
      await enqueue.settled()
    }
  }
  const job = (name: string) => queue.find(name, alice)
  const setAside = async (name: string, isAside = true) => {
    await queue.add(name, [{ key: alice, priority: repoPriorities.desync }])
    const [taken] = await queue.take(name, 1)
    assert(taken)
    await queue.retry(taken, { dueMs: clock.ms + 6 * hour, isAside })
  }
  return { queue, clock, index, job, setAside }
}
