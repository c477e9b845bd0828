import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Queue } from './queue.ts'
import { type BeginWith, keys, q, settled } from './testing/suite.ts'

/** What it means that a group is held. @param open makes an empty queue with a clock. */
export function holdsConformance(
  open: (now: () => number) => Promise<{ readonly queue: Queue }>,
  beginWith: BeginWith,
): void {
  describe('a group that is held', () => {
    it('is left out until its time has come, also by another process', async () => {
      const { queue, reopen, clock } = await beginWith(
        { key: 'a', group: 'held' },
        { key: 'b', group: 'free' },
      )
      await queue.add('other', [{ key: 'c', group: 'held' }])
      await queue.hold(q, 'held', clock.ms + 100)
      assert.equal(await queue.heldUntilMs(q, 'held'), clock.ms + 100)
      assert.equal(await queue.heldUntilMs(q, 'free'), undefined)
      assert.deepEqual(keys(await queue.take(q, 9)), ['b'])
      assert.deepEqual(keys(await queue.take('other', 9)), ['c'])
      const again = await reopen()
      clock.ms += 99
      assert.deepEqual(keys(await again.take(q, 9)), ['b'])
      clock.ms += 1
      assert.equal(await again.heldUntilMs(q, 'held'), undefined)
      assert.deepEqual(keys(await again.take(q, 9)), ['a'])
    })

    it('is held until the latest time that was named', async () => {
      const { queue, reopen, clock } = await beginWith()
      const end = clock.ms + 100
      for (const untilMs of [end - 50, end, end - 10]) await queue.hold(q, 'g', untilMs)
      assert.equal(await queue.heldUntilMs(q, 'g'), end)
      assert.equal(await (await reopen()).heldUntilMs(q, 'g'), end)
      await queue.hold(q, 'past', clock.ms)
      assert.equal(await queue.heldUntilMs(q, 'past'), undefined)
    })

    it('does not wake who waits for a job before its time has come', async () => {
      const { queue } = await open(Date.now)
      await queue.hold(q, 'held', Date.now() + 40)
      await queue.add(q, [{ key: 'a', group: 'held' }])
      const waiting = settled(queue.ready(q))
      await setImmediate()
      assert.equal(waiting.isSettled, false)
      await waiting.promise
      assert.deepEqual(keys(await queue.take(q, 1)), ['a'])
    })

    it('is not held for longer where the clock was set back meanwhile', async () => {
      const { queue, reopen, clock } = await beginWith({ key: 'a', group: 'held' })
      await queue.hold(q, 'held', clock.ms + 100)
      clock.ms -= 3_600_000
      const again = await reopen()
      clock.ms += 100
      assert.deepEqual(keys(await again.take(q, 1)), ['a'])
    })
  })
}
