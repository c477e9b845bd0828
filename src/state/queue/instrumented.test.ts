import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  queueDeadletter,
  queueDepth,
  queueJobsEnqueued,
  queueJobsProcessed,
  queueOldestJobAge,
  queueRetry,
} from '../../catalog/observers/metrics.ts'
import { createRandom } from '../../demo/random.ts'
import { Database } from '../database.ts'
import { instrumentQueue, observeQueue } from './instrumented.ts'
import { queueConformance } from './queue.conformance.ts'
import type { Ending, Job } from './queue.ts'
import { SqliteQueue } from './sqlite.ts'

describe('an instrumented queue', () => {
  queueConformance(async (now) => {
    const database = new Database()
    const open = () => instrumentQueue(new SqliteQueue({ database, now }), createTestMeter().meter, 'actions')
    return { queue: open(), reopen: async () => open() }
  })

  it('counts what becomes of jobs, and agrees with the queue, whatever happens', async () => {
    const { meter, value } = createTestMeter()
    const clock = { ms: 1_700_000_000_000 }
    const queue = instrumentQueue(
      new SqliteQueue({ database: new Database(), now: () => clock.ms }),
      meter,
      'actions',
    )
    observeQueue(meter, queue, 'actions', () => clock.ms)
    const { next: random } = createRandom('1')
    const ended: Record<Ending['how'], number> = { complete: 0, retry: 0, bury: 0 }
    for (let step = 0; step < 300; step++) {
      const keys = [{ key: `job${step}` }, { key: `job${step - 1}`, onlyNew: true }]
      await queue.add('actions', keys.slice(0, 1 + Math.round(random())))
      await queue.add('other', [{ key: `job${step}` }])
      for (const job of await queue.take('other', 1)) await queue.complete(job)
      const endings = (await queue.take('actions', 3)).map((job) => endingOf(job, random()))
      // A worker that has lost its lease ends nothing.
      const [first, ...rest] = [...endings, ...endings.slice(0, 1)]
      if (first !== undefined) assert.equal(await endAlone(first), true)
      for (const [at, isDone] of (await queue.end(rest)).entries()) {
        assert.equal(isDone, rest[at] !== first)
      }
      for (const { how } of endings) ended[how]++
      clock.ms += 1000
    }
    const { waiting, running, dead, oldestAddedMs } = await queue.totals('actions')
    const enqueued = (await value(queueJobsEnqueued)) ?? 0
    assert.equal(await value(queueJobsProcessed), ended.complete)
    assert.equal(await value(queueRetry), ended.retry)
    assert.equal(await value(queueDeadletter), dead)
    assert.equal(dead, ended.bury)
    assert.equal(enqueued - ended.complete - dead, waiting + running)
    assert.equal(await value(queueDepth), waiting + running)
    assert.equal(await value(queueOldestJobAge), (clock.ms - (oldestAddedMs ?? clock.ms)) / 1000)
    assert.ok(ended.complete > 20 && ended.retry > 20 && dead > 20 && waiting > 0)

    function endingOf(job: Job, which: number): Ending {
      if (which < 0.3) return { how: 'complete', job }
      if (which < 0.6) return { how: 'bury', job, error: 'no' }
      return { how: 'retry', job, options: { dueMs: clock.ms + 5000 } }
    }
    function endAlone(ending: Ending): Promise<boolean> {
      if (ending.how === 'complete') return queue.complete(ending.job)
      if (ending.how === 'bury') return queue.bury(ending.job, ending.error)
      return queue.retry(ending.job, ending.options)
    }
  })

  it('does not count as a retry what was no attempt', async () => {
    const { meter, value } = createTestMeter()
    const queue = instrumentQueue(new SqliteQueue({ database: new Database() }), meter, 'actions')
    await queue.add('actions', [{ key: 'a' }])
    for (const job of await queue.take('actions', 1)) await queue.retry(job, { dueMs: 0, counts: false })
    assert.equal(await value(queueRetry), 0)
  })

  it('has no depth and no age where nothing waits, and no age below 0', async () => {
    const { meter, value } = createTestMeter()
    const clock = { ms: 1_700_000_000_000 }
    const queue = new SqliteQueue({ database: new Database(), now: () => clock.ms })
    observeQueue(meter, queue, 'actions', () => clock.ms - 5000)
    assert.deepEqual([await value(queueDepth), await value(queueOldestJobAge)], [0, 0])
    await queue.add('actions', [{ key: 'a' }])
    assert.deepEqual([await value(queueDepth), await value(queueOldestJobAge)], [1, 0])
  })
})
