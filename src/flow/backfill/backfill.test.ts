import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import {
  ConflictError,
  InvalidError,
  RateLimitedError,
  TimeoutError,
  UnavailableRepoError,
  UpstreamError,
} from '../../model/errors.ts'
import type { SyncOnce } from '../../model/sync.ts'
import type { Queue } from '../../state/queue/queue.ts'
import { openQueue } from '../../state/queue/testing/queue.ts'
import { Backfill, type BackfillOptions, type FailedAttempt } from './backfill.ts'
import { Enqueue } from './enqueue.ts'
import { backgroundQueue, repoQueue, resyncQueue } from './queues.ts'

describe('backfill', () => {
  it('syncs what is queued, each repo by the trigger that queued it', async () => {
    const { queue } = openQueue()
    await using enqueue = new Enqueue({ queue, policy: 'all' })
    enqueue.desynced('did:plc:desynced')
    enqueue.seen('did:plc:seen')
    enqueue.tracked('did:plc:tracked')
    await enqueue.enumerated(listed('did:plc:listed'))
    await enqueue.stale(['did:plc:stale'])
    await enqueue.asked('did:plc:asked', 'cli')
    await enqueue.settled()
    const { calls } = await run(queue, 6)
    assert.deepEqual(calls.toSorted(), [
      ['did:plc:asked', 'cli'],
      ['did:plc:desynced', 'resync'],
      ['did:plc:listed', 'backfill'],
      ['did:plc:seen', 'backfill'],
      ['did:plc:stale', 'background'],
      ['did:plc:tracked', 'backfill'],
    ])
  })

  it('fetches nothing that was only seen, nor looks it up, where nothing is wanted unasked', async () => {
    const { queue } = openQueue()
    await using enqueue = new Enqueue({ queue, policy: 'none' })
    enqueue.seen('did:plc:seen')
    await enqueue.settled()
    assert.equal((await queue.totals(repoQueue)).waiting, 0)
    assert.equal((await queue.totals('identity')).waiting, 0)
  })

  it('tries again what may get better, and sets the rest aside', async () => {
    const { queue } = openQueue()
    await queue.add(repoQueue, [{ key: 'did:plc:flaky' }, { key: 'did:plc:bad' }])
    let times = 0
    const { failed, givenUp } = await run(queue, 5 + 4, {
      syncOnce: async (did, trigger) => {
        if (did === 'did:plc:bad') throw new InvalidError('a bad repo')
        if (++times < 4) throw new UpstreamError('the host is down')
        return result(did, trigger)
      },
      attempts: { firstMs: 1, maxInvalid: 5 },
    })
    assert.deepEqual(givenUp, ['did:plc:bad'])
    const next = (did: string) => failed.filter((one) => one.did === did).map((one) => one.next)
    assert.deepEqual(next('did:plc:bad'), ['retry', 'retry', 'retry', 'retry', 'dead'])
    assert.deepEqual(next('did:plc:flaky'), ['retry', 'retry', 'retry'])
    const { jobs } = await queue.deadLetters({ limit: 10 })
    assert.deepEqual(
      jobs.map(({ key, error }) => [key, error]),
      [['did:plc:bad', 'a bad repo']],
    )
  })

  it('never gives up a repo that contradicts itself, which an account does that has moved', async () => {
    const { queue } = openQueue()
    await queue.add(resyncQueue, [{ key: 'did:plc:moved', priority: 1 }])
    const { failed, givenUp } = await run(queue, 40, {
      syncOnce: async () => {
        throw new ConflictError('signed by the key of before')
      },
      attempts: { firstConflictMs: 0.01, maxConflictMs: 0.1 },
    })
    assert.deepEqual(givenUp, [])
    assert.deepEqual([...new Set(failed.map(({ next }) => next))], ['retry'])
  })

  it('gives up a repo that its host does not have by the days that it was so, not by how often gaps ask for it', async () => {
    const { queue } = openQueue()
    await using enqueue = new Enqueue({ queue, policy: 'all', now: () => 0 })
    const errors = [
      new UpstreamError('the host is down'),
      new UpstreamError('the host is down'),
      ...Array.from({ length: 6 }, () => new UnavailableRepoError('unknown', 'no such repo')),
      new ConflictError('signed by the key of before'),
      new UnavailableRepoError('unknown', 'no such repo'),
    ]
    for (const error of errors) {
      enqueue.desynced('did:plc:gone')
      await enqueue.settled()
      const { failed, givenUp } = await run(queue, 1, {
        syncOnce: async () => {
          throw error
        },
        attempts: { firstMs: 3_600_000 },
      })
      assert.deepEqual([failed.map(({ next }) => next), givenUp], [['retry'], []])
    }
    assert.equal((await queue.find(resyncQueue, 'did:plc:gone'))?.state, 'waiting')
  })

  it('knows which repos wait for what others have to do, and at which hosts', async () => {
    const { queue } = openQueue()
    await queue.add(repoQueue, [{ key: 'did:plc:moved' }, { key: 'did:plc:down' }])
    await queue.add(resyncQueue, [{ key: 'did:plc:late' }])
    const options: Overrides = {
      syncOnce: async (did) => {
        throw did === 'did:plc:down' ? new UpstreamError('the host is down') : new ConflictError('not yet')
      },
    }
    await run(queue, 3, options)
    const setAside = await new Backfill({ ...defaults(queue), giveUp: async () => {}, ...options }).setAside()
    assert.deepEqual(
      setAside.map(({ repos }) => repos),
      [2],
    )
  })

  it('leaves a host alone that says so, and counts that as no attempt', async () => {
    const { queue } = openQueue()
    await queue.add(
      repoQueue,
      Array.from({ length: 20 }, (_, at) => ({ key: `did:plc:a${at}` })),
    )
    let blockedUntilMs: number | undefined
    let asked = 0
    const { failed, calls } = await run(queue, 22, {
      perHost: 2,
      blockedUntilMs: () =>
        blockedUntilMs !== undefined && blockedUntilMs > Date.now() ? blockedUntilMs : undefined,
      syncOnce: async (did, trigger) => {
        if (++asked <= 2) {
          blockedUntilMs = Date.now() + 60
          throw new RateLimitedError('slower', 60)
        }
        assert.ok(Date.now() >= (blockedUntilMs ?? 0), 'asked while it is blocked')
        return result(did, trigger)
      },
    })
    assert.deepEqual(
      failed.map(({ next }) => next),
      ['wait', 'wait'],
    )
    assert.equal(calls.length, 22)
  })

  it('begins no run at a host that others have been told to leave alone', async () => {
    const { queue } = openQueue()
    await queue.add(repoQueue, [{ key: 'did:plc:a' }, { key: 'did:plc:b', group: 'pds.test' }])
    const untilMs = Date.now() + 60
    const { failed, calls } = await run(queue, 2, {
      blockedUntilMs: () => (Date.now() < untilMs ? untilMs : undefined),
      syncOnce: async (did, trigger) => {
        assert.ok(Date.now() >= untilMs, 'asked while it is blocked')
        return result(did, trigger)
      },
    })
    assert.deepEqual([calls.length, failed], [2, []])
  })

  it('waits for a directory that does not answer, and blames no repo', async () => {
    const { queue } = openQueue()
    await queue.add(repoQueue, [{ key: 'did:plc:a' }, { key: 'did:plc:b' }])
    let times = 0
    const { failed, calls } = await run(queue, 2, {
      directoryPauseMs: 5,
      hostOf: async () => {
        if (++times <= 30) throw new TimeoutError('the directory does not answer')
        return new URL('https://pds.test')
      },
    })
    assert.equal(calls.length, 2)
    assert.deepEqual([...new Set(failed.map(({ next }) => next))], ['wait'])
    assert.equal(failed.length, 30)
  })

  it('lets a run find out what is wrong with a DID that names no host', async () => {
    const { queue } = openQueue()
    await queue.add(repoQueue, [{ key: 'did:plc:a' }])
    const { calls } = await run(queue, 1, {
      hostOf: async () => {
        throw new InvalidError('there is no such DID')
      },
    })
    assert.equal(calls.length, 1)
  })

  it('syncs again what was synced before while the first fetches have taken all their places', async () => {
    const { queue } = openQueue()
    await queue.add(repoQueue, [{ key: 'did:plc:slow1' }, { key: 'did:plc:slow2' }, { key: 'did:plc:slow3' }])
    await queue.add(resyncQueue, [{ key: 'did:plc:live', priority: 1 }])
    const { promise, resolve } = Promise.withResolvers<void>()
    const { calls } = await run(queue, 4, {
      concurrency: 2,
      syncOnce: async (did, trigger) => {
        if (trigger === 'backfill') await promise
        else resolve()
        return result(did, trigger)
      },
    })
    assert.equal(calls.length, 4)
  })

  it('takes a dead letter back once its repo was synced for another reason', async () => {
    const { queue } = openQueue()
    await queue.add(repoQueue, [{ key: 'did:plc:back' }])
    for (const job of await queue.take(repoQueue, 1)) await queue.bury(job, 'deactivated')
    await queue.add(resyncQueue, [{ key: 'did:plc:back', priority: 1 }])
    await run(queue, 1)
    assert.deepEqual((await queue.deadLetters({ limit: 10 })).jobs, [])
  })

  it('makes no dead letter of a repo that is synced and cannot be checked', async () => {
    const { queue } = openQueue()
    await queue.add(backgroundQueue, [{ key: 'did:plc:a', priority: 4 }])
    const { failed, givenUp } = await run(queue, 2, {
      syncOnce: async () => {
        throw new UpstreamError('the host is down')
      },
      attempts: { firstMs: 1, maxAttempts: 2 },
    })
    assert.deepEqual([failed.map(({ next }) => next), givenUp], [['retry', 'dropped'], []])
    assert.equal(await queue.find(backgroundQueue, 'did:plc:a'), undefined)
  })

  it('puts back what a stop has ended, due at once and as if it had not been tried', async () => {
    const { queue } = openQueue()
    await queue.add(repoQueue, [{ key: 'did:plc:a' }])
    const stop = new AbortController()
    const backfill = new Backfill({
      ...defaults(queue),
      syncOnce: async () => {
        stop.abort()
        throw new Error('the service ends')
      },
    })
    await backfill.run(stop.signal)
    const job = await queue.find(repoQueue, 'did:plc:a')
    assert.equal(job?.state, 'waiting')
    assert.equal(job?.attempts, 0)
    assert.ok((job?.dueMs ?? 0) <= Date.now())
  })

  it('says how much is to be done', async () => {
    const { queue } = openQueue()
    await using enqueue = new Enqueue({ queue, policy: 'all', now: () => 77 })
    enqueue.desynced('did:plc:a')
    await enqueue.enumerated(listed('did:plc:b', 'did:plc:c'))
    await enqueue.stale(['did:plc:d'])
    await enqueue.settled()
    const { resyncOldestAddedMs, ...totals } = await new Backfill(defaults(queue)).totals()
    assert.deepEqual(totals, { waiting: 2, resyncWaiting: 1, depth: 4, deadLetters: 0 })
    assert.ok(resyncOldestAddedMs !== undefined && resyncOldestAddedMs <= Date.now())
  })
})

describe('the queue of repos', () => {
  it('keeps the pause and the dead letter of a repo that is listed or seen again', async () => {
    const { queue } = openQueue()
    await using enqueue = new Enqueue({ queue, policy: 'all' })
    const dids: Did[] = ['did:plc:paused', 'did:plc:running', 'did:plc:dead']
    await enqueue.enumerated(listed(...dids))
    const dueMs = Date.now() + 3_600_000
    const jobs = await queue.take(repoQueue, 3)
    for (const job of jobs) {
      if (job.key === 'did:plc:paused') await queue.retry(job, { dueMs })
      if (job.key === 'did:plc:dead') await queue.bury(job, 'no such repo')
    }
    await enqueue.enumerated(listed(...dids, 'did:plc:new'))
    for (const did of dids) enqueue.seen(did)
    await enqueue.settled()
    assert.equal((await queue.find(repoQueue, 'did:plc:paused'))?.dueMs, dueMs)
    assert.equal((await queue.find(repoQueue, 'did:plc:dead'))?.state, 'dead')
    for (const job of jobs) await queue.complete(job)
    assert.deepEqual(
      (await queue.take(repoQueue, 10)).map(({ key }) => key),
      ['did:plc:new'],
    )
  })

  it('lets enumerated repos wait while it is full, and what is urgent pass', async () => {
    const { queue } = openQueue()
    let pressure = 0
    await using enqueue = new Enqueue({
      queue,
      policy: 'all',
      limit: 2,
      pollMs: 1,
      onBackpressure: () => pressure++,
    })
    await enqueue.enumerated(listed('did:plc:a', 'did:plc:b'))
    let isIn = false
    const adding = enqueue.enumerated(listed('did:plc:c')).then(() => {
      isIn = true
    })
    enqueue.tracked('did:plc:d')
    await enqueue.settled()
    await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal(isIn, false)
    assert.equal((await queue.totals(repoQueue)).waiting, 3)
    await queue.remove(repoQueue, 'did:plc:a')
    await queue.remove(repoQueue, 'did:plc:b')
    await adding
    assert.equal(pressure, 1)
  })

  it('gets what is said of twenty thousand repos in one go, each once', async () => {
    const { queue } = openQueue()
    await using enqueue = new Enqueue({ queue, policy: 'none' })
    for (let time = 0; time < 2; time++)
      for (let repo = 0; repo < 20_000; repo++) enqueue.desynced(`did:plc:r${repo}`)
    await enqueue.settled()
    assert.equal((await queue.totals(resyncQueue)).waiting, 20_000)
  })
})

type Overrides = Partial<BackfillOptions>

function defaults(queue: Queue): BackfillOptions {
  return {
    queue,
    syncOnce: async (did, trigger) => result(did, trigger),
    giveUp: async () => {},
    hostOf: async () => new URL('https://pds.test'),
    blockedUntilMs: () => undefined,
    onError: (error) => {
      throw error
    },
  }
}

/** Runs until `syncOnce` was called and settled so many times. */
async function run(queue: Queue, times: number, { syncOnce, ...others }: Overrides = {}) {
  const stop = new AbortController()
  const calls: [Did, string][] = []
  const failed: FailedAttempt[] = []
  const givenUp: Did[] = []
  let settled = 0
  const settle = () => {
    if (++settled === times) stop.abort()
  }
  const counted: SyncOnce = async (did, trigger) => {
    calls.push([did, trigger])
    return await (syncOnce ?? defaults(queue).syncOnce)(did, trigger)
  }
  await new Backfill({
    ...defaults(queue),
    giveUp: async (did) => void givenUp.push(did),
    ...others,
    syncOnce: counted,
    onDone: settle,
    onFailed: (one) => {
      failed.push(one)
      if (others.hostOf === undefined || one.next !== 'wait') settle()
    },
  }).run(stop.signal)
  return { calls, failed, givenUp }
}

function result(did: Did, _trigger: string) {
  return { did, rev: '3k', records: 1, sizeBytes: 1, joined: false }
}

function listed(...dids: readonly Did[]) {
  return dids.map((did) => ({ did }))
}
