import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openQueue } from '../../state/queue/testing/queue.ts'
import { JobBuffer } from './job-buffer.ts'

const name = 'q'
const hour = 3_600_000

describe('changes on their way into a queue', () => {
  it('of one key become one, in the order in which they were said', async () => {
    const { buffer, queue } = open()
    buffer.add(name, { key: 'never', priority: 1 })
    buffer.drop(name, 'never', 1)
    await queue.add(name, [{ key: 'again', priority: 3, payload: 'old' }])
    buffer.drop(name, 'again', 1)
    buffer.add(name, { key: 'again', priority: 2 })
    await buffer.settled()
    assert.equal(await queue.find(name, 'never'), undefined)
    const { priority, payload } = (await queue.find(name, 'again')) ?? {}
    assert.deepEqual({ priority, payload }, { priority: 2, payload: '' })
  })

  it('drop no job that is more urgent, added before or meanwhile', async () => {
    const { buffer, queue } = open()
    await queue.add(name, [{ key: 'before', priority: 0 }])
    buffer.add(name, { key: 'meanwhile', priority: 0 })
    for (const key of ['before', 'meanwhile']) buffer.drop(name, key, 1)
    await buffer.settled()
    for (const key of ['before', 'meanwhile']) assert.ok(await queue.find(name, key), key)
  })

  it('ask when a job is due only where it is set aside, or runs', async () => {
    const { buffer, queue, clock } = open()
    await queue.add(name, [{ key: 'aside' }, { key: 'paused' }, { key: 'running' }, { key: 'dead' }])
    for (const job of await queue.take(name, 4)) {
      const dueMs = clock.ms + hour
      if (job.key === 'aside') await queue.retry(job, { dueMs, isAside: true })
      if (job.key === 'paused') await queue.retry(job, { dueMs })
      if (job.key === 'dead') await queue.bury(job, 'given up')
    }
    const asked: string[] = []
    for (const key of ['aside', 'paused', 'running', 'dead', 'unknown']) {
      buffer.wake(name, key, () => {
        asked.push(key)
        return clock.ms
      })
    }
    await buffer.settled()
    assert.deepEqual(asked, ['aside', 'running'])
    assert.equal((await queue.find(name, 'aside'))?.dueMs, clock.ms)
    assert.equal((await queue.find(name, 'paused'))?.dueMs, clock.ms + hour)
  })

  it('look for no job in a queue that has none', async () => {
    let looks = 0
    const { buffer } = open({
      find: async () => {
        looks++
        return undefined
      },
    })
    for (let n = 0; n < 100; n++) buffer.wake(name, `k${n}`, () => 0)
    await buffer.settled()
    assert.equal(looks, 0)
  })

  it('are repeated until the queue takes them', async () => {
    let failures = 0
    const { buffer, queue } = open({
      remove: async (...all) => {
        if (++failures < 3) throw new Error('the disk is full')
        return queue.remove(...all)
      },
    })
    await queue.add(name, [{ key: 'a', priority: 1 }])
    buffer.drop(name, 'a', 1)
    await buffer.settled()
    assert.deepEqual([failures, await queue.find(name, 'a')], [3, undefined])
  })
})

function open(own: Partial<ReturnType<typeof openQueue>['queue']> = {}) {
  const clock = { ms: 1_700_000_000_000 }
  const { queue } = openQueue(() => clock.ms)
  const { add, find, remove, wake, totals } = {
    add: queue.add.bind(queue),
    find: queue.find.bind(queue),
    remove: queue.remove.bind(queue),
    wake: queue.wake.bind(queue),
    totals: queue.totals.bind(queue),
    ...own,
  }
  const buffer = new JobBuffer({
    queue: { add, find, remove, wake, totals },
    backoff: { firstMs: 1, maxMs: 1 },
    now: () => clock.ms,
    onError: () => {},
  })
  return { buffer, queue, clock }
}
