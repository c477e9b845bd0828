import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Job, Queue } from './queue.ts'
import { type BeginWith, keys, must, q, settled, takeOne } from './testing/suite.ts'

/** What the death of the process has to count for, and what follows from that. */
export function deathsConformance(beginWith: BeginWith): void {
  describe('the death of the process', () => {
    /** Takes what there is, and opens the queue again as after a kill. */
    const die = async (queue: Queue, reopen: () => Promise<Queue>, options = {}) => {
      const taken = await queue.take(q, 9, options)
      return { taken, again: await reopen() }
    }

    it('counts for each job that was worked on, and for no other', async () => {
      const { queue, reopen } = await beginWith({ key: 'done' }, { key: 'retried' }, { key: 'runs' })
      const [done, retried] = await queue.take(q, 3)
      await queue.complete(must(done))
      await queue.retry(must(retried), { counts: false })
      await queue.add(q, [{ key: 'waits' }])
      const again = await reopen()
      assert.deepEqual(
        (await again.take(q, 9)).map(({ key, deaths, attempts }) => [key, deaths, attempts]),
        [
          ['retried', 0, 0],
          ['runs', 1, 0],
          ['waits', 0, 0],
        ],
      )
    })

    it('counts once however often the queue is opened', async () => {
      const { queue, reopen } = await beginWith({ key: 'a' })
      await die(queue, reopen)
      await reopen()
      assert.equal((await (await reopen()).find(q, 'a'))?.deaths, 1)
    })

    it('counts for a job whose lease has run out while its worker still had it', async () => {
      const { queue, reopen, clock } = await beginWith({ key: 'a' })
      await queue.take(q, 1, { leaseMs: 100 })
      clock.ms += 200
      assert.deepEqual(keys(await queue.take(q, 1, { without: new Set(['']) })), [])
      assert.equal((await (await reopen()).find(q, 'a'))?.deaths, 1)
    })

    for (const [name, end, deaths] of [
      ['is forgotten once it fails by itself', (queue, job) => queue.retry(job, {}), 0],
      ['stays when it is put back', (queue, job) => queue.retry(job, { counts: false }), 1],
      ['stays with its dead letter', (queue, job) => queue.bury(job, 'x', { counts: false }), 1],
      [
        'is forgotten once its dead letter is revived',
        async (queue, job) => {
          await queue.bury(job, 'x')
          await queue.revive(job.id)
        },
        0,
      ],
    ] as const satisfies readonly (readonly [string, (queue: Queue, job: Job) => Promise<unknown>, number])[])
      it(`${name}`, async () => {
        const { queue, reopen } = await beginWith({ key: 'a' })
        const { again } = await die(queue, reopen)
        await end(again, await takeOne(again))
        const { deaths: counted, attempts } = must(await again.find(q, 'a'))
        assert.equal(counted, deaths)
        if (name === 'stays with its dead letter') assert.equal(attempts, 0)
      })

    describe('again and again', () => {
      const alone = { aloneAfter: 2 }
      /** `bad` and `worse` were worked on when the process died twice; `good` waits before and `late` after them. */
      const beginDangerous = async () => {
        const { queue, reopen } = await beginWith({ key: 'bad' }, { key: 'worse', group: 'g' })
        const first = await die(queue, reopen)
        const { again } = await die(first.again, reopen)
        await again.add(q, [
          { key: 'good', priority: -1 },
          { key: 'late', priority: 1 },
        ])
        return again
      }

      it('has the job run alone, once those that run have ended', async () => {
        const queue = await beginDangerous()
        const [good, ...none] = await queue.take(q, 9, alone)
        assert.deepEqual([good?.key, none], ['good', []])
        assert.deepEqual(await queue.take(q, 9, alone), [])
        await queue.complete(must(good))
        const order: string[] = []
        for (let last = 0; last < 3; last++) {
          const taken = await queue.take(q, 9, alone)
          order.push(...keys(taken))
          if (must(taken[0]).deaths > 0) assert.deepEqual(await queue.take(q, 9, alone), [])
          for (const job of taken) await queue.complete(job)
        }
        assert.deepEqual([order.slice(0, 2).sort(), order.slice(2)], [['bad', 'worse'], ['late']])
      })

      it('counts for the job that ran alone, and not for the other that was to', async () => {
        const queue = await beginDangerous()
        for (const job of await queue.take(q, 9, alone)) await queue.complete(job)
        const [job] = await queue.take(q, 9, alone)
        const found = await Promise.all(['bad', 'worse'].map((key) => queue.find(q, key)))
        assert.deepEqual(
          found.map((state) => state?.state === 'running'),
          found.map((state) => state?.key === job?.key),
        )
      })

      it('keeps those who wait for a job asleep until it may be taken', async () => {
        const queue = await beginDangerous()
        const [good] = await queue.take(q, 9, alone)
        const waiting = settled(queue.ready(q))
        await setImmediate()
        assert.equal(waiting.isSettled, false)
        await queue.complete(must(good))
        await waiting.promise
        const [bad] = await queue.take(q, 9, alone)
        const waitingAgain = settled(queue.ready(q))
        await setImmediate()
        assert.equal(waitingAgain.isSettled, false)
        await queue.complete(must(bad))
        await waitingAgain.promise
      })

      it('holds up nobody once the job is gone', async () => {
        const queue = await beginDangerous()
        const [good] = await queue.take(q, 9, alone)
        for (const key of ['bad', 'worse']) await queue.remove(q, key)
        await queue.complete(must(good))
        assert.deepEqual(keys(await queue.take(q, 9, alone)), ['late'])
      })

      it('is no matter for who does not ask for that', async () => {
        assert.equal((await (await beginDangerous()).take(q, 9)).length, 4)
      })
    })
  })
}
