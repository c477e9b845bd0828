import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvalidError } from '../../model/errors.ts'
import type { Dedup } from '../dedup/dedup.ts'
import type { Queue } from '../queue/queue.ts'
import type { Checkpoint, CoveredJob } from './checkpoint.ts'

/** A checkpoint, and what its steps go to. */
export interface CheckpointStores {
  readonly checkpoint: Checkpoint
  readonly queue: Queue
  readonly dedup: Dedup
}

/** What every `Checkpoint` must do. `open` makes an empty one; `reopen` the same, as after the death of the process. */
export function checkpointConformance(
  open: () => Promise<CheckpointStores & { readonly reopen: () => Promise<CheckpointStores> }>,
): void {
  describe('a position', () => {
    it('is unknown before the first is saved, then the last one, of each listener by itself', async () => {
      const { checkpoint, reopen } = await open()
      assert.equal(await checkpoint.recover('a'), undefined)
      await checkpoint.save({ listener: 'a', position: 0 })
      assert.equal(await checkpoint.recover('a'), 0)
      await checkpoint.save({ listener: 'a', position: 7 })
      await checkpoint.save({ listener: 'b', position: 3 })
      const again = (await reopen()).checkpoint
      assert.deepEqual([await again.recover('a'), await again.recover('b')], [7, 3])
    })

    it('stands or moves on, and does not go back', async () => {
      const { checkpoint, queue } = await open()
      await checkpoint.save({ listener: 'a', position: 5 })
      await checkpoint.save({ listener: 'a', position: 5, jobs: [job('one')] })
      await assert.rejects(checkpoint.save({ listener: 'a', position: 4, jobs: [job('two')] }), InvalidError)
      assert.equal(await checkpoint.recover('a'), 5)
      assert.deepEqual(await keysOf(queue), ['one'])
    })

    it('is refused where it is no whole number', async () => {
      const { checkpoint } = await open()
      for (const position of [Number.NaN, 0.5, Number.POSITIVE_INFINITY, 2 ** 53]) {
        await assert.rejects(checkpoint.save({ listener: 'a', position }), InvalidError)
      }
      assert.equal(await checkpoint.recover('a'), undefined)
    })
  })

  describe('the work of a step', () => {
    it('is enqueued in its order, in the queues that it names', async () => {
      const { checkpoint, queue } = await open()
      const jobs = [job('a'), { ...job('x'), queue: 'other' }, job('b'), { ...job('y'), queue: 'other' }]
      const { outcomes } = await checkpoint.save({ listener: 'l', position: 1, jobs })
      assert.deepEqual(outcomes, ['added', 'added', 'added', 'added'])
      assert.deepEqual(await keysOf(queue), ['a', 'b'])
      assert.deepEqual(await keysOf(queue, 'other'), ['x', 'y'])
    })

    it('is enqueued once, where its key is claimed within the window, wherever that was', async () => {
      const { checkpoint, queue, dedup } = await open()
      await dedup.claim('s', ['before'], 60_000)
      const jobs = [once('before'), once('new'), once('new', 'twin'), job('always')]
      const { outcomes } = await checkpoint.save({ listener: 'l', position: 1, jobs })
      assert.deepEqual(outcomes, ['duplicate', 'added', 'duplicate', 'added'])
      assert.deepEqual(await keysOf(queue), ['new', 'always'])
      assert.deepEqual(await dedup.claim('s', ['new'], 60_000), [false])
    })

    it('that waits already gets what is new, as when it is added', async () => {
      const { checkpoint, queue } = await open()
      await queue.add(q, [{ key: 'a', payload: 'old' }])
      const { outcomes } = await checkpoint.save({
        listener: 'l',
        position: 1,
        jobs: [{ queue: q, job: { key: 'a', payload: 'new' } }, job('a'), job('b')],
      })
      assert.deepEqual(outcomes, ['known', 'known', 'added'])
      assert.equal((await queue.find(q, 'a'))?.payload, 'new')
    })

    it('is refused as a whole, with its keys and its position, where a part of it cannot be kept', async () => {
      const { checkpoint, queue, dedup, reopen } = await open()
      await checkpoint.save({ listener: 'l', position: 1, jobs: [job('before')] })
      const bad: readonly CoveredJob[] = [
        { queue: 'later', job: { key: 'x'.repeat(5000) } },
        { ...once('x'), once: { scope: 's', key: 'x', windowMs: Number.NaN } },
      ]
      for (const one of bad) {
        const jobs = [once('a'), { ...once('b'), queue: 'new' }, one]
        await assert.rejects(checkpoint.save({ listener: 'l', position: 2, jobs }), InvalidError)
      }
      const tooMany = Array.from({ length: 1001 }, (_, i) => job(`k${i}`))
      await assert.rejects(checkpoint.save({ listener: 'l', position: 2, jobs: tooMany }), InvalidError)
      assert.equal(await checkpoint.recover('l'), 1)
      assert.deepEqual(await dedup.has('s', ['a', 'b']), [false, false])
      assert.equal((await dedup.totals()).keys, 0)
      assert.equal((await queue.totals(q)).waiting, 1)
      assert.equal((await queue.totals('new')).waiting, 0)
      const { outcomes } = await checkpoint.save({
        listener: 'l',
        position: 2,
        jobs: [once('a'), { ...once('b'), queue: 'new' }],
      })
      assert.deepEqual(outcomes, ['added', 'added'])
      const again = await reopen()
      assert.equal(await again.checkpoint.recover('l'), 2)
      assert.deepEqual(await keysOf(again.queue), ['before', 'a'])
      assert.deepEqual(await keysOf(again.queue, 'new'), ['b'])
    })

    it('tells those who wait for jobs, once it is saved', async () => {
      const { checkpoint, queue } = await open()
      const ready = queue.ready(q)
      await checkpoint.save({ listener: 'l', position: 1, jobs: [job('a')] })
      await ready
      assert.equal((await queue.take(q, 9)).length, 1)
    })
  })
}

const q = 'actions'

function job(key: string): CoveredJob {
  return { queue: q, job: { key } }
}

function once(key: string, jobKey = key): CoveredJob {
  return { ...job(jobKey), once: { scope: 's', key, windowMs: 60_000 } }
}

/** Takes what there is. */
async function keysOf(queue: Queue, name = q): Promise<readonly string[]> {
  return (await queue.take(name, 99)).map(({ key }) => key)
}
