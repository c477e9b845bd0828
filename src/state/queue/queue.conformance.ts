import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { InvalidError } from '../../model/errors.ts'
import { deathsConformance } from './deaths.conformance.ts'
import { holdsConformance } from './holds.conformance.ts'
import type { Job, JobState, NewJob, Queue } from './queue.ts'
import { compareWithModel } from './testing/model.ts'
import { keys, must, q, settled, takeOne } from './testing/suite.ts'

/** What queues must do. `open` makes empty ones; `reopen` the same again, as after the end of the process. */
export function queueConformance(
  open: (now: () => number) => Promise<{ queue: Queue; reopen: () => Promise<Queue> }>,
): void {
  const begin = async () => {
    const clock = { ms: 1_700_000_000_000 }
    const { queue, reopen } = await open(() => clock.ms)
    return { queue, reopen, clock }
  }
  const beginWith = async (...jobs: readonly NewJob[]) => {
    const begun = await begin()
    await begun.queue.add(q, jobs)
    return begun
  }

  describe('a job', () => {
    it('is taken with what it was added with, once', async () => {
      const { queue } = await beginWith(
        { key: 'a', priority: 3, group: 'g', payload: '{}' },
        { key: 'b', priority: 4 },
      )
      const [a, b, ...rest] = await queue.take(q, 9)
      assert.deepEqual(rest, [])
      assert.deepEqual(withoutIds(a), {
        queue: q,
        key: 'a',
        priority: 3,
        group: 'g',
        payload: '{}',
        attempts: 0,
        deaths: 0,
      })
      assert.deepEqual(withoutIds(b), {
        queue: q,
        key: 'b',
        priority: 4,
        group: '',
        payload: '',
        attempts: 0,
        deaths: 0,
      })
      assert.deepEqual(await queue.take(q, 9), [])
    })

    it('is known by its key, once in each queue', async () => {
      const { queue } = await begin()
      assert.equal(await queue.add(q, [{ key: 'a' }, { key: 'a' }, { key: 'b' }]), 2)
      assert.equal(await queue.add(q, [{ key: 'b' }, { key: 'c' }]), 1)
      assert.equal(await queue.add('other', [{ key: 'a' }]), 1)
      assert.deepEqual(keys(await queue.take(q, 9)), ['a', 'b', 'c'])
      assert.deepEqual(keys(await queue.take('other', 9)), ['a'])
    })

    it('is gone when it is completed, which works once', async () => {
      const { queue } = await beginWith({ key: 'a' })
      const job = await takeOne(queue)
      assert.equal(await queue.complete(job), true)
      assert.equal(await queue.complete(job), false)
      assert.equal(await queue.find(q, 'a'), undefined)
      assert.equal(await queue.add(q, [{ key: 'a' }]), 1)
      assert.equal(await queue.complete(job), false)
    })

    it('ends once, and by itself, however many end in the same turn', async () => {
      const { queue, clock } = await beginWith({ key: 'a' }, { key: 'b' }, { key: 'c' })
      const [a, b, c] = await queue.take(q, 3)
      const ended = await Promise.all([
        queue.complete(must(a)),
        queue.retry(must(b), { dueMs: clock.ms }),
        queue.complete(must(a)),
        queue.bury(must(c), 'x'),
        queue.bury(must(b), 'x'),
      ])
      assert.deepEqual(ended, [true, true, false, true, false])
      assert.equal(await queue.find(q, 'a'), undefined)
      assert.equal((await queue.find(q, 'b'))?.state, 'waiting')
      assert.equal((await queue.find(q, 'c'))?.state, 'dead')
    })

    it('is not taken before it is due', async () => {
      const { queue, clock } = await beginWith({ key: 'a', dueMs: 1_700_000_000_500.2 }, { key: 'b' })
      assert.deepEqual(keys(await queue.take(q, 9)), ['b'])
      clock.ms += 500
      assert.deepEqual(await queue.take(q, 9), [])
      clock.ms += 1
      assert.deepEqual(keys(await queue.take(q, 9)), ['a'])
    })

    it('tells its state', async () => {
      const { queue, clock } = await beginWith({ key: 'a', priority: 2, group: 'g', payload: 'p' })
      const common = {
        queue: q,
        key: 'a',
        priority: 2,
        group: 'g',
        payload: 'p',
        addedMs: clock.ms,
        deaths: 0,
      }
      const state = async () => {
        const { id: _, ...rest } = (await queue.find(q, 'a')) ?? assert.fail('it is not there')
        return rest
      }
      assert.deepEqual(await state(), { ...common, state: 'waiting', attempts: 0, dueMs: clock.ms })
      const job = await takeOne(queue)
      assert.equal((await state()).state, 'running')
      clock.ms += 10
      await queue.retry(job, { dueMs: clock.ms + 100, error: 'host is away' })
      assert.deepEqual(await state(), {
        ...common,
        state: 'waiting',
        attempts: 1,
        dueMs: clock.ms + 100,
        error: 'host is away',
      })
      clock.ms += 100
      await queue.bury(await takeOne(queue), 'no such repo')
      assert.deepEqual(await state(), {
        ...common,
        state: 'dead',
        attempts: 2,
        dueMs: clock.ms,
        error: 'no such repo',
      })
    })

    it('is refused when it is too large, or its numbers are none', async () => {
      const { queue } = await begin()
      const wrong: readonly Partial<NewJob>[] = [
        { key: 'k'.repeat(5000) },
        { group: 'g'.repeat(2000) },
        { payload: 'p'.repeat(20_000) },
        { priority: 1.5 },
        { priority: Number.NaN },
        { dueMs: Number.POSITIVE_INFINITY },
      ]
      for (const one of wrong) {
        await assert.rejects(queue.add(q, [{ key: 'fine' }, { key: 'a', ...one }]), InvalidError)
      }
      assert.deepEqual(await queue.take(q, 9), [])
    })

    it('can be removed in any state, and its worker finds out', async () => {
      const { queue } = await beginWith(
        { key: 'waits' },
        { key: 'runs', priority: -2 },
        { key: 'dead', priority: -1 },
      )
      const [runs, dead] = await queue.take(q, 2)
      await queue.bury(must(dead), 'x')
      for (const key of ['waits', 'runs', 'dead']) assert.equal(await queue.remove(q, key), true)
      assert.equal(await queue.remove(q, 'runs'), false)
      assert.equal(await queue.complete(must(runs)), false)
      assert.deepEqual(await queue.totals(q), { waiting: 0, running: 0, dead: 0 })
      assert.deepEqual(await queue.take(q, 9), [])
    })
  })

  describe('the order', () => {
    it('is that of priority first and of time second', async () => {
      const { queue, clock } = await beginWith({ key: 'late', priority: 1 })
      await queue.add(q, [
        { key: 'early', priority: 1, dueMs: clock.ms - 5 },
        { key: 'last', priority: 2, dueMs: clock.ms - 9 },
        { key: 'first', priority: -1 },
        { key: 'next', priority: -1 },
        { key: 'future', priority: -1, dueMs: clock.ms + 1 },
      ])
      assert.deepEqual(keys(await queue.take(q, 2)), ['first', 'next'])
      assert.deepEqual(keys(await queue.take(q, 9)), ['early', 'late', 'last'])
    })

    it('gives each group its turn, within a call and from one to the next', async () => {
      const { queue } = await beginWith(
        ...Array.from({ length: 30 }, (_, i) => ({ key: `big${i}`, group: 'big' })),
        ...Array.from({ length: 3 }, (_, i) => ({ key: `mid${i}`, group: 'mid' })),
        { key: 'small', group: 'small' },
      )
      assert.deepEqual(counts(await queue.take(q, 3)), { big: 1, mid: 1, small: 1 })
      const singles = [await queue.take(q, 1), await queue.take(q, 1)].flat()
      assert.deepEqual(counts(singles), { big: 1, mid: 1 })
      assert.deepEqual(counts(await queue.take(q, 9)), { big: 8, mid: 1 })
      assert.deepEqual(counts(await queue.take(q, 99)), { big: 20 })
    })

    it('leaves out groups that have no capacity', async () => {
      const { queue } = await beginWith({ key: 'a', group: 'busy' }, { key: 'b', group: 'idle', priority: 7 })
      const without = new Set(['busy'])
      assert.deepEqual(keys(await queue.take(q, 9, { without })), ['b'])
      assert.deepEqual(keys(await queue.take(q, 9, { without })), [])
      assert.deepEqual(keys(await queue.take(q, 9)), ['a'])
    })

    it('takes no more of a group than it has room for, whatever their priorities', async () => {
      const { queue } = await beginWith(
        ...['a', 'b', 'c'].map((key, at) => ({ key, priority: at % 2, group: 'narrow' })),
        ...['d', 'e'].map((key) => ({ key, priority: 2, group: 'wide' })),
      )
      const room = (group: string) => (group === 'narrow' ? 2 : 9)
      assert.deepEqual(keys(await queue.take(q, 9, { room })), ['a', 'c', 'd', 'e'])
      assert.deepEqual(keys(await queue.take(q, 9, { room: () => 0 })), [])
      assert.deepEqual(keys(await queue.take(q, 9, { room })), ['b'])
    })
  })

  describe('a job that is added again', () => {
    it('keeps the better one of both, and the latest payload and group', async () => {
      const { queue, clock } = await beginWith(
        { key: 'a', priority: 1, dueMs: 1_700_000_000_100, group: 'g', payload: 'old' },
        { key: 'b', priority: 1, group: 'g', payload: 'old' },
      )
      await queue.add(q, [{ key: 'a', priority: 2, dueMs: clock.ms, payload: 'new', group: 'h' }])
      await queue.add(q, [{ key: 'b', priority: 0, dueMs: clock.ms + 100 }])
      const taken = await queue.take(q, 9)
      assert.deepEqual(
        taken.map(({ key, priority, group, payload }) => [key, priority, group, payload]),
        [
          ['b', 0, 'g', 'old'],
          ['a', 1, 'h', 'new'],
        ],
      )
    })

    it('keeps its place among those of before', async () => {
      const { queue, clock } = await beginWith({ key: 'a' }, { key: 'b' })
      clock.ms += 10
      await queue.add(q, [{ key: 'a' }])
      assert.deepEqual(keys(await queue.take(q, 9)), ['a', 'b'])
    })

    it('only where it is new, stays what it was: waiting, running or dead', async () => {
      const { queue, clock } = await beginWith(
        { key: 'later', dueMs: 1e15 },
        { key: 'dead' },
        { key: 'runs' },
      )
      const taken = await queue.take(q, 9)
      for (const job of taken) if (job.key === 'dead') await queue.bury(job, 'no')
      clock.ms += 5
      const again = ['later', 'dead', 'runs', 'new'].map((key) => ({ key, priority: -1, onlyNew: true }))
      assert.equal(await queue.add(q, again), 1)
      assert.equal((await queue.find(q, 'later'))?.dueMs, 1e15)
      assert.equal((await queue.find(q, 'dead'))?.state, 'dead')
      for (const job of taken) if (job.key === 'runs') assert.equal(await queue.complete(job), true)
      assert.deepEqual(keys(await queue.take(q, 9)), ['new'])
    })

    it('while it runs, runs once more afterwards, as if it had been added then', async () => {
      const { queue, clock } = await beginWith({ key: 'a', payload: 'old' })
      const job = await takeOne(queue)
      clock.ms += 5
      assert.equal(
        await queue.add(q, [
          { key: 'a', priority: 3, payload: 'new' },
          { key: 'a', priority: 2 },
        ]),
        0,
      )
      assert.deepEqual(await queue.take(q, 9), [])
      assert.equal(await queue.complete(job), true)
      const again = await takeOne(queue)
      assert.deepEqual([again.priority, again.payload, again.attempts], [2, 'new', 0])
      assert.equal(await queue.complete(again), true)
      assert.equal(await queue.find(q, 'a'), undefined)
    })

    it('while an attempt runs that fails, is tried again at the earlier of both times', async () => {
      const { queue, clock } = await beginWith({ key: 'a', priority: 1 }, { key: 'b', priority: 1 })
      const [a, b] = await queue.take(q, 2)
      await queue.add(q, [
        { key: 'a', priority: 0 },
        { key: 'b', dueMs: clock.ms + 50 },
      ])
      for (const job of [a, b]) await queue.retry(must(job), { dueMs: clock.ms + 20, error: 'x' })
      const again = await takeOne(queue)
      assert.deepEqual([again.key, again.priority, again.attempts], ['a', 0, 1])
      assert.equal((await queue.find(q, 'b'))?.dueMs, clock.ms + 20)
    })

    it('while an attempt runs that is the last, starts afresh', async () => {
      const { queue } = await beginWith({ key: 'a' })
      const job = await takeOne(queue)
      await queue.add(q, [{ key: 'a' }])
      await queue.bury(job, 'x')
      assert.equal((await takeOne(queue)).attempts, 0)
    })

    it('is a dead letter no more', async () => {
      const { queue, clock } = await beginWith({ key: 'a', priority: 1, group: 'g', payload: 'old' })
      await queue.bury(await takeOne(queue), 'x')
      clock.ms += 7
      assert.equal(await queue.add(q, [{ key: 'a', priority: 4 }]), 0)
      const { id: _, ...state } = must(await queue.find(q, 'a'))
      const now = clock.ms
      assert.deepEqual(state, {
        ...{ queue: q, key: 'a', state: 'waiting', priority: 4, group: 'g', payload: 'old' },
        ...{ attempts: 0, deaths: 0, addedMs: now, dueMs: now },
      })
      assert.deepEqual(keys(await queue.take(q, 9)), ['a'])
      assert.equal((await queue.totals(q)).dead, 0)
    })
  })

  describe('an attempt that fails', () => {
    it('is counted unless it was none, and may find out the group', async () => {
      const { queue, clock } = await beginWith({ key: 'a' })
      await queue.retry(await takeOne(queue), { dueMs: clock.ms, error: 'x', group: 'host' })
      const second = await takeOne(queue)
      assert.deepEqual([second.attempts, second.group], [1, 'host'])
      await queue.retry(second, { dueMs: clock.ms, counts: false })
      const third = await takeOne(queue)
      assert.deepEqual([third.attempts, third.group], [1, 'host'])
      assert.equal((await queue.find(q, 'a'))?.error, 'x')
    })

    it('is counted among those of the same failure, and anew after another one, also when reopened', async () => {
      const { queue, clock, reopen } = await beginWith({ key: 'a' })
      const seen: (readonly [number, string | undefined])[] = []
      for (const failure of ['gone', 'gone', 'down', undefined, 'down', 'gone']) {
        await queue.retry(await takeOne(queue), { dueMs: clock.ms, ...(failure && { failure }) })
        const state = must(await queue.find(q, 'a'))
        seen.push([state.attempts, state.failure])
      }
      assert.deepEqual(seen, [
        [1, 'gone'],
        [2, 'gone'],
        [1, 'down'],
        [2, 'down'],
        [3, 'down'],
        [1, 'gone'],
      ])
      const reopened = await reopen()
      const job = await takeOne(reopened)
      assert.deepEqual([job.attempts, job.failure], [1, 'gone'])
      await reopened.bury(job, 'x')
      await reopened.add(q, [{ key: 'a' }])
      assert.equal((await takeOne(reopened)).failure, undefined)
    })

    it('may leave the job in its place among those that wait', async () => {
      const { queue, clock } = await begin()
      for (const [key, dueMs] of [
        ['b', -2],
        ['c', -1],
        ['a', -3],
      ] as const)
        await queue.add(q, [{ key, dueMs }])
      const [a, b] = await queue.take(q, 2)
      await queue.retry(must(b), { counts: false })
      await queue.retry(must(a), { dueMs: clock.ms })
      assert.deepEqual(keys(await queue.take(q, 9)), ['b', 'c', 'a'])
    })

    it('keeps no more of its error than what says most', async () => {
      const { queue, clock } = await beginWith({ key: 'a' })
      await queue.retry(await takeOne(queue), { dueMs: clock.ms, error: 'e'.repeat(9000) })
      assert.equal((await queue.find(q, 'a'))?.error, 'e'.repeat(2000))
      await queue.bury(await takeOne(queue), `${'e'.repeat(1999)}🌊`)
      assert.equal((await queue.find(q, 'a'))?.error?.length, 2000)
    })
  })

  describe('a lease', () => {
    it('that runs out makes the job due again, for another worker alone', async () => {
      const { queue, clock } = await beginWith({ key: 'a' })
      const [slow] = await queue.take(q, 1, { leaseMs: 100 })
      clock.ms += 99
      assert.deepEqual(await queue.take(q, 1), [])
      clock.ms += 1
      const other = await takeOne(queue)
      assert.equal(await queue.complete(must(slow)), false)
      await queue.retry(must(slow), { dueMs: 0 })
      await queue.bury(must(slow), 'x')
      assert.equal((await queue.find(q, 'a'))?.state, 'running')
      assert.equal(await queue.complete(other), true)
    })

    it('that has run out is still its worker’s, to prolong or to end, until it is taken', async () => {
      const { queue, clock } = await beginWith({ key: 'a' })
      const [job] = await queue.take(q, 1, { leaseMs: 100 })
      clock.ms += 3_600_000
      await queue.add(q, [{ key: 'a', onlyNew: true }])
      await queue.ready(q)
      assert.equal((await queue.totals(q)).running, 1)
      assert.equal((await queue.find(q, 'a'))?.state, 'running')
      await queue.renew([must(job)], 100)
      assert.deepEqual(await queue.take(q, 1), [])
      clock.ms += 3_600_000
      assert.equal(await queue.complete(must(job)), true)
    })

    it('can be prolonged', async () => {
      const { queue, clock } = await beginWith({ key: 'a' })
      const jobs = await queue.take(q, 1, { leaseMs: 100 })
      clock.ms += 90
      await queue.renew(jobs, 100)
      clock.ms += 90
      assert.deepEqual(await queue.take(q, 1), [])
      clock.ms += 10
      assert.deepEqual(keys(await queue.take(q, 1)), ['a'])
      await queue.renew(jobs, 1000)
      clock.ms += 60_000
      assert.deepEqual(keys(await queue.take(q, 1)), ['a'])
    })

    it('of a process that ended is void', async () => {
      const { queue, reopen } = await beginWith({ key: 'a' }, { key: 'b' })
      const [before] = await queue.take(q, 1)
      const again = await reopen()
      assert.equal(await again.complete(must(before)), false)
      assert.deepEqual(keys(await again.take(q, 9)), ['a', 'b'])
      assert.equal(await again.complete(must(before)), false)
    })
  })

  deathsConformance(beginWith)
  holdsConformance(open, beginWith)

  describe('a clock that was set while no process had the jobs', () => {
    const soonMs = 300_000
    const beginWaiting = async () => {
      const { queue, reopen, clock } = await beginWith({ key: 'due' }, { key: 'waits' })
      const [due, waits] = await queue.take(q, 2)
      await queue.retry(must(waits), { dueMs: clock.ms + soonMs, error: 'x' })
      await queue.retry(must(due), { dueMs: clock.ms })
      return { reopen, clock }
    }

    it('lets none wait for longer than was asked for when it was set back', async () => {
      const { reopen, clock } = await beginWaiting()
      clock.ms -= 3_600_000
      const queue = await reopen()
      assert.equal((await queue.totals(q)).oldestAddedMs, clock.ms)
      const [due, ...rest] = await queue.take(q, 9)
      assert.deepEqual([due?.key, rest], ['due', []])
      await queue.complete(must(due))
      assert.equal((await queue.find(q, 'waits'))?.dueMs, clock.ms + soonMs)
      clock.ms += soonMs
      assert.deepEqual(keys(await (await reopen()).take(q, 9)), ['waits'])
    })

    it('counts as time that has passed when it was set on', async () => {
      const { reopen, clock } = await beginWaiting()
      clock.ms += 3_600_000
      assert.deepEqual(keys(await (await reopen()).take(q, 9)), ['due', 'waits'])
    })
  })

  describe('a dead letter', () => {
    it('is listed, the latest first, page by page, of one queue or of all', async () => {
      const { queue, clock } = await begin()
      for (const [i, name] of [q, 'other', q, q].entries()) {
        await queue.add(name, [{ key: `k${i}` }])
        await queue.bury(must((await queue.take(name, 1))[0]), `e${i}`)
        if (i !== 2) clock.ms += 10
      }
      assert.deepEqual(await pages(queue, 2), [
        ['k3', 'k2'],
        ['k1', 'k0'],
      ])
      assert.deepEqual(await pages(queue, 1, q), [['k3'], ['k2'], ['k0']])
      assert.deepEqual(await pages(queue, 5, 'unknown'), [[]])
      await assert.rejects(queue.deadLetters({ limit: 1, cursor: 'nonsense' }), InvalidError)
    })

    it('comes back when it is revived, by its number, once', async () => {
      const { queue, clock } = await beginWith({ key: 'a', payload: 'p' })
      await queue.bury(await takeOne(queue), 'x')
      const { id } = must((await queue.deadLetters({ limit: 1 })).jobs[0])
      clock.ms += 5
      assert.equal(await queue.revive(id), true)
      assert.equal(await queue.revive(id), false)
      assert.equal(await queue.revive(id + 1), false)
      const job = await takeOne(queue)
      assert.deepEqual([job.key, job.payload, job.attempts], ['a', 'p', 0])
      assert.deepEqual((await queue.deadLetters({ limit: 1 })).jobs, [])
    })
  })

  describe('waiting for a job', () => {
    it('ends when one is added that is due, and not for one that is not', async () => {
      const { queue, clock } = await begin()
      const waiting = settled(queue.ready(q))
      await queue.add('other', [{ key: 'a' }])
      await queue.add(q, [{ key: 'a', dueMs: clock.ms + 3_600_000 }])
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      await queue.add(q, [{ key: 'b' }])
      await waiting.promise
      await queue.ready(q)
    })

    it('ends when one becomes due, or a lease runs out', async () => {
      const { queue } = await open(Date.now)
      await queue.add(q, [{ key: 'a', dueMs: Date.now() + 30 }])
      await queue.ready(q)
      assert.deepEqual(keys(await queue.take(q, 1, { leaseMs: 30 })), ['a'])
      await queue.ready(q)
      assert.deepEqual(keys(await queue.take(q, 1)), ['a'])
    })

    it('goes on while there are only groups that are left out, and ends with another', async () => {
      const { queue } = await beginWith({ key: 'a', group: 'busy' })
      const waiting = settled(queue.ready(q, undefined, new Set(['busy'])))
      await queue.add(q, [{ key: 'b', group: 'busy' }])
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      await queue.add(q, [{ key: 'c', group: 'idle' }])
      await waiting.promise
    })

    for (const [name, end] of Object.entries<(queue: Queue, job: Job) => Promise<unknown>>({
      'is tried again': (queue, job) => queue.retry(job, { dueMs: 0 }),
      'is revived': async (queue, job) => {
        await queue.bury(job, 'x')
        await queue.revive(job.id)
      },
      'is completed and had been added again': async (queue, job) => {
        await queue.add(q, [{ key: job.key }])
        await queue.complete(job)
      },
    })) {
      it(`ends when one ${name}`, async () => {
        const { queue } = await beginWith({ key: 'a' })
        const job = await takeOne(queue)
        const waiting = settled(queue.ready(q))
        await setImmediate()
        assert.equal(waiting.isSettled, false)
        await end(queue, job)
        await waiting.promise
        assert.deepEqual(keys(await queue.take(q, 1)), ['a'])
      })
    }

    it('takes what is due of a held group once its time has come, whatever was added meanwhile', async () => {
      const { queue, clock } = await beginWith(
        { key: 'a', group: 'g' },
        { key: 'b', group: 'g', priority: 1 },
      )
      assert.deepEqual(keys(await queue.take(q, 1)), ['a'])
      await queue.hold(q, 'g', clock.ms + 100)
      await queue.add(q, [
        { key: 'c', group: 'g', priority: -1 },
        { key: 'd', group: 'g', priority: 1, dueMs: clock.ms + 150 },
        { key: 'e', group: 'h', priority: 9 },
      ])
      assert.deepEqual(keys(await queue.take(q, 9)), ['e'])
      const waiting = settled(queue.ready(q))
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      await queue.hold(q, 'g', clock.ms + 50)
      clock.ms += 99
      assert.deepEqual(await queue.take(q, 9), [])
      clock.ms += 1
      await waiting.promise
      assert.deepEqual(keys(await queue.take(q, 9)), ['c', 'b'])
      clock.ms += 50
      assert.deepEqual(keys(await queue.take(q, 9)), ['d'])
    })

    it('looks at as few groups when a job is added, however many wait for a later time or are held', async () => {
      const looksAmong = async (groups: number) => {
        const { queue, clock } = await begin()
        const later = Array.from({ length: groups }, (_, at) => ({
          ...{ key: `later${at}`, group: `later${at}` },
          dueMs: clock.ms + 1000 + ((at * 7) % groups),
        }))
        await queue.add(q, later)
        for (const { group } of later.slice(0, groups / 2)) {
          await queue.add(q, [{ key: `held ${group}`, group }])
          await queue.hold(q, group, clock.ms + 1000)
        }
        assert.deepEqual(await queue.take(q, 9), [])
        const without = new CountingSet(['busy', 'later0'])
        const stop = new AbortController()
        const waiting = queue.ready(q, stop.signal, without)
        without.looks = 0
        await queue.add(q, [{ key: 'busy', group: 'busy' }])
        await queue.add(q, [{ key: 'late', group: 'late', dueMs: clock.ms + 500 }])
        const { looks } = without
        stop.abort()
        await waiting
        return looks
      }
      const [few, many] = [await looksAmong(4), await looksAmong(2000)]
      assert.ok(many <= few + 4, `${few} looks among 4 groups, ${many} among 2000`)
    })

    it('ends with its signal', async () => {
      const { queue, clock } = await beginWith({ key: 'a', dueMs: 1_700_003_600_000 })
      const stop = new AbortController()
      const waiting = settled(queue.ready(q, stop.signal))
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      stop.abort()
      await waiting.promise
      await queue.ready(q, stop.signal)
      assert.ok(clock.ms < 1_700_003_600_000)
    })
  })

  describe('the totals', () => {
    it('follow each change and outlive the process', async () => {
      const { queue, reopen, clock } = await beginWith({ key: 'a' }, { key: 'b', priority: 1 })
      const added = clock.ms
      clock.ms += 10
      await queue.add(q, [
        { key: 'c', priority: 2 },
        { key: 'd', priority: 3 },
      ])
      const [a, b, c] = await queue.take(q, 3)
      assert.deepEqual(await queue.totals(q), { waiting: 1, running: 3, dead: 0, oldestAddedMs: added })
      await queue.complete(must(a))
      await queue.bury(must(b), 'x')
      assert.deepEqual(await queue.totals(q), { waiting: 1, running: 1, dead: 1, oldestAddedMs: clock.ms })
      await queue.retry(must(c), { dueMs: clock.ms })
      const totals = { waiting: 2, running: 0, dead: 1, oldestAddedMs: clock.ms }
      assert.deepEqual(await queue.totals(q), totals)
      assert.deepEqual(await (await reopen()).totals(q), totals)
      assert.deepEqual(await queue.totals('other'), { waiting: 0, running: 0, dead: 0 })
    })

    it('leave out, until it is due, how long a job has waited that was set aside', async () => {
      const { queue, reopen, clock } = await beginWith({ key: 'a' }, { key: 'b' })
      const [a, b] = await queue.take(q, 2)
      const dueMs = clock.ms + 3_600_000
      await queue.retry(must(a), { dueMs, isAside: true })
      await queue.retry(must(b), { dueMs: dueMs + 1, isAside: true })
      assert.equal((await queue.totals(q)).oldestAddedMs, dueMs)
      assert.equal((await (await reopen()).totals(q)).oldestAddedMs, dueMs)
    })

    it('count from now on what was set aside and is added again', async () => {
      const { queue, clock } = await beginWith({ key: 'a' })
      const [a] = await queue.take(q, 1)
      await queue.retry(must(a), { dueMs: clock.ms + 3_600_000, isAside: true })
      clock.ms += 10
      await queue.add(q, [{ key: 'a' }])
      assert.equal((await queue.totals(q)).oldestAddedMs, clock.ms)
      const [again] = await queue.take(q, 1)
      await queue.add(q, [{ key: 'a' }])
      await queue.retry(must(again), { dueMs: clock.ms + 3_600_000, isAside: true })
      assert.equal((await queue.totals(q)).oldestAddedMs, clock.ms)
    })
  })

  describe('a job that is set aside', () => {
    const hour = 3_600_000
    const beginAside = async (...jobs: readonly NewJob[]) => {
      const begun = await beginWith(...jobs)
      for (const job of await begun.queue.take(q, 9))
        await begun.queue.retry(job, { dueMs: begun.clock.ms + hour, isAside: true })
      return begun
    }

    it('is woken by what it waits for, and that attempt does not count', async () => {
      const { queue, clock } = await beginAside({ key: 'a' })
      const woken = queue.ready(q)
      await queue.wake(q, 'a', clock.ms)
      await woken
      const { dueMs, addedMs, attempts } = must(await queue.find(q, 'a'))
      assert.deepEqual({ dueMs, addedMs, attempts }, { dueMs: clock.ms, addedMs: clock.ms, attempts: 0 })
      assert.equal((await takeOne(queue)).attempts, 0)
    })

    it('is not woken later than it is due, nor twice for the same time', async () => {
      const { queue, clock } = await beginAside({ key: 'a' })
      await queue.wake(q, 'a', clock.ms + 2 * hour)
      const { dueMs, attempts } = must(await queue.find(q, 'a'))
      assert.deepEqual({ dueMs, attempts }, { dueMs: clock.ms + hour, attempts: 1 })
      clock.ms += hour
      await queue.retry(await takeOne(queue), { dueMs: clock.ms + hour, isAside: true })
      for (let n = 0; n < 2; n++) await queue.wake(q, 'a', clock.ms + 5)
      assert.equal(must(await queue.find(q, 'a')).attempts, 1)
    })

    it('is not put to sleep by an attempt that began before it was woken', async () => {
      const { queue, clock } = await beginWith({ key: 'a' })
      const job = await takeOne(queue)
      await queue.wake(q, 'a', clock.ms + 7)
      await queue.retry(job, { dueMs: clock.ms + hour, isAside: true })
      const { dueMs, attempts } = must(await queue.find(q, 'a'))
      assert.deepEqual({ dueMs, attempts }, { dueMs: clock.ms + 7, attempts: 0 })
    })

    it('is brought forward by being added again, and that attempt does not count, whenever that is', async () => {
      const { queue, clock } = await beginAside({ key: 'a' })
      for (let n = 0; n < 5; n++) {
        await queue.add(q, [{ key: 'a' }, { key: 'a' }])
        const job = await takeOne(queue)
        assert.equal(job.attempts, 0)
        if (n > 2) await queue.add(q, [{ key: 'a' }])
        await queue.retry(job, { dueMs: clock.ms + hour, isAside: true })
      }
      const { attempts, dueMs } = must(await queue.find(q, 'a'))
      assert.deepEqual([attempts, dueMs], [0, clock.ms])
    })

    it('counts its attempt where what is asked for is no sooner', async () => {
      const { queue, clock } = await beginAside({ key: 'a' })
      await queue.add(q, [{ key: 'a', dueMs: clock.ms + hour }])
      clock.ms += hour
      const job = await takeOne(queue)
      assert.equal(job.attempts, 1)
      await queue.add(q, [{ key: 'a', dueMs: clock.ms + hour }])
      await queue.retry(job, { dueMs: clock.ms + hour, isAside: true })
      assert.equal(must(await queue.find(q, 'a')).attempts, 2)
    })

    it('is all that can be woken', async () => {
      const { queue, clock } = await beginWith({ key: 'paused' }, { key: 'dead' }, { key: 'done' })
      const [paused, dead, done] = await queue.take(q, 9)
      await queue.retry(must(paused), { dueMs: clock.ms + hour })
      await queue.bury(must(dead), 'x')
      await queue.wake(q, 'done', clock.ms)
      assert.equal(await queue.complete(must(done)), true)
      for (const key of ['paused', 'dead', 'done', 'unknown']) await queue.wake(q, key, clock.ms)
      assert.deepEqual(await queue.take(q, 9), [])
      assert.equal(must(await queue.find(q, 'paused')).dueMs, clock.ms + hour)
    })

    it('is counted by group until it is due or woken', async () => {
      const { queue, reopen, clock } = await beginAside(
        { key: 'a', group: 'g' },
        { key: 'b', group: 'h' },
        { key: 'c', group: 'h', priority: 2 },
      )
      await queue.add(q, [{ key: 'd', dueMs: clock.ms + 2 * hour }])
      const expected = [
        { group: 'h', jobs: 2 },
        { group: 'g', jobs: 1 },
      ]
      assert.deepEqual(await queue.aside(q), expected)
      assert.deepEqual(await (await reopen()).aside(q), expected)
      await queue.wake(q, 'b', clock.ms)
      assert.deepEqual(await queue.aside(q), [
        { group: 'g', jobs: 1 },
        { group: 'h', jobs: 1 },
      ])
      clock.ms += hour
      assert.deepEqual(await queue.aside(q), [])
      assert.deepEqual(await queue.aside('other'), [])
    })
  })

  it('lists what waits, due or not, and sets aside of that what is named', async () => {
    const { queue, reopen, clock } = await beginWith({ key: 'runs' }, { key: 'dead', priority: 1 })
    const taken = await queue.take(q, 2)
    await queue.bury(must(taken[1]), 'x')
    await queue.add(q, [
      { key: 'due' },
      { key: 'later', group: 'g', dueMs: clock.ms + 100 },
      { key: 'stays' },
    ])
    const waiting = async (of: Queue) => {
      const pages: JobState[] = []
      for await (const page of of.waiting(q)) pages.push(...page)
      return keys(pages).toSorted()
    }
    assert.deepEqual(await waiting(queue), ['due', 'later', 'stays'])
    assert.equal(await queue.buryWaiting(q, ['due', 'later', 'runs', 'dead', 'unknown'], 'gone'), 2)
    assert.deepEqual(await waiting(queue), ['stays'])
    const { oldestAddedMs: _, ...totals } = await queue.totals(q)
    assert.deepEqual(totals, { waiting: 1, running: 1, dead: 3 })
    const { state, attempts, error, dueMs } = must(await queue.find(q, 'later'))
    assert.deepEqual([state, attempts, error, dueMs], ['dead', 0, 'gone', clock.ms])
    assert.equal(await queue.complete(must(taken[0])), true)
    assert.deepEqual(keys(await (await reopen()).take(q, 9)), ['stays'])
  })

  it('lists what waits for a later time, whatever its lane', async () => {
    const { queue, clock } = await begin()
    const all = Array.from({ length: 2500 }, (_, at) => `k${at}`)
    await queue.add(
      q,
      all.map((key, at) => ({ key, group: `g${at % 2}`, dueMs: clock.ms + 1 + (at % 3) })),
    )
    await queue.add(q, [{ key: 'due' }, { key: 'buried' }])
    await queue.add('other', [{ key: 'other', dueMs: clock.ms + 1 }])
    await queue.bury(must((await queue.take(q, 2)).find(({ key }) => key === 'buried')), 'x')
    const listed: string[] = []
    for await (const page of queue.later(q)) listed.push(...keys(page))
    assert.deepEqual(listed.sort(), all.sort())
  })

  it('is the same after any changes as a plain list of jobs would be, also when reopened', async () => {
    for (let seed = 1; seed <= 25; seed++) await compareWithModel(await begin(), seed)
  })
}

function counts(jobs: readonly Job[]): Readonly<Record<string, number>> {
  const byGroup = Object.groupBy(jobs, ({ group }) => group)
  return Object.fromEntries(Object.entries(byGroup).map(([group, of = []]) => [group, of.length]))
}

function withoutIds(job: Job | undefined): Partial<Job> {
  const { id: _, lease: __, ...rest } = must(job)
  return rest
}

async function pages(queue: Queue, limit: number, name?: string): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await queue.deadLetters({
      limit,
      ...(name && { queues: [name] }),
      ...(cursor && { cursor }),
    })
    all.push(keys(page.jobs))
    if (page.cursor === undefined) return all
    cursor = page.cursor
  }
}

/** Counts how often it is asked. */
class CountingSet extends Set<string> {
  looks = 0

  override has(value: string): boolean {
    this.looks += 1
    return super.has(value)
  }
}
