import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { NewJob } from './queue.ts'
import { openQueue } from './testing/queue.ts'
import { Workers, type WorkersOptions } from './workers.ts'

describe('workers', () => {
  it('do every job once, as many at a time as they may', async () => {
    const jobs = Array.from({ length: 50 }, (_, at) => ({ key: `${at}` }))
    const { done, most } = await work(jobs, { concurrency: 4 })
    assert.deepEqual(done.toSorted(), jobs.map(({ key }) => key).toSorted())
    assert.equal(most.get('all'), 4)
  })

  it('do as many jobs of one group at a time as they may, and those of others beside them', async () => {
    const jobs = Array.from({ length: 60 }, (_, at) => ({
      key: `${at}`,
      group: at < 40 ? 'busy' : `other${at % 5}`,
    }))
    const { done, most } = await work(jobs, { concurrency: 8, perGroup: 3 })
    assert.equal(done.length, 60)
    assert.equal(most.get('busy'), 3)
    assert.equal(most.get('all'), 8)
  })

  it('put a job back once they learn that its group has no capacity, and count no attempt', async () => {
    const jobs = Array.from({ length: 30 }, (_, at) => ({ key: `${at}` }))
    const { done, most, attempts } = await work(jobs, { concurrency: 10, perGroup: 2, groupOf: () => 'host' })
    assert.equal(done.length, 30)
    assert.equal(most.get('host'), 2)
    assert.deepEqual([...new Set(attempts)], [0])
  })

  it('do more at a time, or fewer, once they are told to, and give up nothing', async () => {
    const { queue } = openQueue()
    await queue.add(
      'q',
      Array.from({ length: 9 }, (_, at) => ({ key: `${at}`, group: 'host' })),
    )
    const stop = new AbortController()
    const ends: (() => void)[] = []
    const done: string[] = []
    const workers = new Workers({
      queue,
      name: 'q',
      concurrency: 1,
      perGroup: 1,
      work: async (job) => {
        await new Promise<void>((resolve) => ends.push(resolve))
        await queue.complete(job)
        done.push(job.key)
        if (done.length === 9) stop.abort()
      },
    })
    const run = workers.run(stop.signal)
    const running = async (count: number) => {
      while (workers.running !== count || ends.length !== count) await turn()
    }
    await running(1)
    workers.resize({ concurrency: 4, perGroup: 3 })
    await running(3)
    workers.resize({ concurrency: 2, perGroup: 2 })
    for (const end of ends.splice(0)) end()
    await running(2)
    assert.equal(done.length, 3)
    const ending = setInterval(() => ends.splice(0).forEach((end) => void end()), 1)
    await run
    clearInterval(ending)
    assert.equal(new Set(done).size, 9)
  })

  it('leave out a group that is held until its time has come, and only that', async () => {
    const opened = openQueue()
    await opened.queue.add('q', [
      { key: 'a', group: 'held' },
      { key: 'b', group: 'free' },
      { key: 'c', group: 'held' },
    ])
    const order: string[] = []
    const stop = new AbortController()
    const workers = new Workers({
      ...opened,
      name: 'q',
      concurrency: 2,
      perGroup: 2,
      work: async (job) => {
        order.push(job.key)
        await opened.queue.complete(job)
        if (order.length === 3) stop.abort()
      },
    })
    await opened.queue.hold('q', 'held', Date.now() + 50)
    await workers.run(stop.signal)
    assert.deepEqual(order, ['b', 'a', 'c'])
  })

  it('see a job that is added while they wait, though others are held for long', async () => {
    const { queue } = openQueue()
    await queue.add('q', [{ key: 'a', group: 'held' }])
    const stop = new AbortController()
    const done: string[] = []
    const workers = new Workers({
      queue,
      name: 'q',
      concurrency: 2,
      perGroup: 2,
      work: async (job) => {
        done.push(job.key)
        stop.abort()
        await queue.complete(job)
      },
    })
    await queue.hold('q', 'held', Date.now() + 3_600_000)
    const running = workers.run(stop.signal)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await queue.add('q', [{ key: 'b', group: 'free' }])
    await running
    assert.deepEqual(done, ['b'])
  })

  it('finish what they have begun, and begin nothing more, once they are told to stop', async () => {
    const { queue } = openQueue()
    await queue.add('q', [{ key: 'a' }, { key: 'b' }, { key: 'c' }])
    const stop = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    const done: string[] = []
    let begun = 0
    const workers = new Workers({
      queue,
      name: 'q',
      concurrency: 2,
      perGroup: 2,
      work: async (job) => {
        if (++begun === 2) stop.abort()
        await promise
        await queue.complete(job)
        done.push(job.key)
      },
    })
    const running = workers.run(stop.signal)
    stop.signal.addEventListener('abort', () => setImmediate(resolve))
    await running
    assert.deepEqual(done, ['a', 'b'])
    assert.equal((await queue.totals('q')).waiting, 1)
  })

  it('keep the lease of a job that takes longer than it', async () => {
    let nowMs = 1_000_000
    const { queue } = openQueue(() => nowMs)
    await queue.add('q', [{ key: 'a' }])
    let onRenew = () => {}
    const renewing: WorkersOptions['queue'] = {
      take: (...given) => queue.take(...given),
      ready: (...given) => queue.ready(...given),
      retry: (...given) => queue.retry(...given),
      heldUntilMs: (...given) => queue.heldUntilMs(...given),
      renew: async (...given) => {
        await queue.renew(...given)
        onRenew()
      },
    }
    const stop = new AbortController()
    let times = 0
    const workers = new Workers({
      queue: renewing,
      name: 'q',
      concurrency: 2,
      perGroup: 2,
      leaseMs: 30,
      now: () => nowMs,
      work: async (job) => {
        times++
        for (let renewed = 0; renewed < 5; renewed++) {
          await new Promise<void>((resolve) => {
            onRenew = resolve
          })
          nowMs += 20
        }
        assert.ok(await queue.complete(job))
        stop.abort()
      },
    })
    await workers.run(stop.signal)
    assert.equal(times, 1)
  })

  it('do a job once, and take none twice, through a suspension that is longer than its lease', async () => {
    let nowMs = 1_000_000
    const { queue } = openQueue(() => nowMs)
    await queue.add('q', [{ key: 'long' }, { key: 'short' }])
    const stop = new AbortController()
    const done: string[] = []
    const nextBegan = Promise.withResolvers<void>()
    const workers = new Workers({
      queue,
      name: 'q',
      concurrency: 3,
      perGroup: 2,
      now: () => nowMs,
      work: async (job) => {
        done.push(job.key)
        if (job.key === 'long') await nextBegan.promise
        if (job.key === 'next') nextBegan.resolve()
        if (job.key === 'short') {
          await turn()
          nowMs += 3_600_000
          await queue.add('q', [{ key: 'next' }])
        }
        assert.ok(await queue.complete(job), job.key)
        if (job.key === 'long') stop.abort()
      },
    })
    await workers.run(stop.signal)
    assert.deepEqual(done, ['long', 'short', 'next'])
  })

  it('tell of a job that ends with an exception, and take it again when its lease has run out', async () => {
    const { queue } = openQueue()
    await queue.add('q', [{ key: 'a' }])
    const stop = new AbortController()
    const errors: unknown[] = []
    const workers = new Workers({
      queue,
      name: 'q',
      concurrency: 1,
      perGroup: 1,
      leaseMs: 20,
      onError: (error) => errors.push(error),
      work: async (job) => {
        if (errors.length === 0) throw new Error('a mistake')
        await queue.complete(job)
        stop.abort()
      },
    })
    await workers.run(stop.signal)
    assert.match(String(errors), /a mistake/)
  })
})

interface Work extends Pick<WorkersOptions, 'concurrency'> {
  readonly perGroup?: number
  readonly groupOf?: (key: string) => string
}

/** Does jobs that take a few turns each. @returns what was done, and the most at a time of each group, and of all. */
async function work(jobs: readonly NewJob[], { concurrency, perGroup = concurrency, groupOf }: Work) {
  const { queue } = openQueue()
  await queue.add('q', jobs)
  const stop = new AbortController()
  const done: string[] = []
  const attempts: number[] = []
  const most = new Map<string, number>()
  const now = new Map<string, number>()
  const count = (group: string, by: number) => {
    now.set(group, (now.get(group) ?? 0) + by)
    most.set(group, Math.max(most.get(group) ?? 0, now.get(group) ?? 0))
  }
  const workers = new Workers({
    queue,
    name: 'q',
    concurrency,
    perGroup,
    work: async (job, claim) => {
      const group = groupOf?.(job.key) ?? job.group
      if (groupOf && !(await claim(group))) return
      attempts.push(job.attempts)
      for (const one of [group, 'all']) count(one, 1)
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      for (const one of [group, 'all']) count(one, -1)
      done.push(job.key)
      await queue.complete(job)
      if (done.length === jobs.length) stop.abort()
    },
  })
  await workers.run(stop.signal)
  return { done, most, attempts }
}
