import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createTestMeter } from '@tidegauge/otel'
import {
  actionFailure,
  actionsExecuted,
  queueJobsProcessed,
  queueJobsRemoved,
} from '../../catalog/observers/metrics.ts'
import { actionsQueue } from '../../model/action.ts'
import type { EventJson } from '../../model/event-json.ts'
import type { StoredRecord } from '../../model/record.ts'
import { Database } from '../../state/database.ts'
import { instrumentQueue } from '../../state/queue/instrumented.ts'
import type { Queue } from '../../state/queue/queue.ts'
import { SqliteQueue } from '../../state/queue/sqlite.ts'
import { executeAction } from '../actions/execute.ts'
import { instrumentAction } from '../actions/instrumented.ts'
import type { ActionOutcome, RunAction } from '../actions/run-action.ts'
import { jobsOf } from './action-job.ts'
import { ActionWorkers, type ActionWorkersOptions, type FailedAction } from './action-workers.ts'
import { type ActionDefinition, kindOf, type Observer } from './definition.ts'
import type { ObservedEvent } from './observed-event.ts'
import { event } from './testing/events.ts'

const log = { log: { level: 'info', message: 'seen' } } as const
// biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
const observer: Observer = { name: 'one', when: {}, then: [log] }
const failure = (more = {}): ActionOutcome => ({ success: false, error: 'no', ...more })

describe('workers of actions', () => {
  it('complete what succeeds', async () => {
    const { dead, failed, totals, calls } = await work(async () => ({ success: true }))
    assert.deepEqual({ dead, failed, calls: calls.length }, { dead: [], failed: [], calls: 1 })
    assert.equal(totals.waiting + totals.running + totals.dead, 0)
  })

  it('repeat what fails with the same key, and give it up after its retries', async () => {
    const { calls, dead, failed } = await work(async () => failure())
    assert.deepEqual(
      calls.map(({ attempts }) => attempts),
      [0, 1, 2],
    )
    assert.equal(new Set(calls.map(({ id }) => id)).size, 1)
    assert.deepEqual(dead, ['no'])
    assert.deepEqual(
      failed.map(({ isDead }) => isDead),
      [false, false, true],
    )
  })

  it('give up at once what is final', async () => {
    const { calls, dead } = await work(async () => failure({ isFinal: true }))
    assert.equal(calls.length, 1)
    assert.deepEqual(dead, ['no'])
  })

  it('wait longer with each failure, and as long as a receiver asks, up to a limit', async () => {
    const askedMs = [0, 60_000, 1e12]
    let at = 0
    const { pausesMs } = await work(async () => failure({ retryAfterMs: askedMs[at++] }), {
      retries: 4,
      options: { firstPauseMs: 1000, maxPauseMs: 3_600_000, random: () => 1 },
    })
    assert.deepEqual(pausesMs, [1000, 60_000, 3_600_000, 8000])
  })

  const webhook = { url: 'https://example.org/hook', secret: '', allow_private: false }
  for (const [definition, title, rkeys] of [
    [{ webhook }, 'call a host no more as long as it asks for that', ['a']],
    [{ sync: { repo: 'own' } }, 'sync other repos while one has to wait', ['a', 'b']],
  ] as const)
    it(title, async () => {
      assert.deepEqual(await begunOf(definition), rkeys)
    })

  it('call a host no more as long as it asks for that, after a restart as well', async () => {
    const database = new Database()
    const begun = await begunOf({ webhook }, database)
    assert.deepEqual([begun, await begunOf({ webhook }, database)], [['a'], []])
    assert.deepEqual(await begunOf({ webhook }, database, 1_000_000 + 3_600_000), ['b'])
  })

  it('set aside what no observer does any more, and say how to go on', async () => {
    const { calls, dead } = await work(async () => ({ success: true }), { observers: [] })
    assert.equal(calls.length, 0)
    assert.deepEqual(dead, ['no observer is called one any more: bring it back, then retry this'])
  })

  it('set aside what has become another action since', async () => {
    const run: RunAction = async () => assert.fail('it is not the action that was called for')
    const observers = [
      { name: 'one', actions: [{ kind: 'sync', timeoutMs: 1000, retries: 0, run }] },
    ] as const
    const { calls, dead } = await work(run, { observers })
    assert.equal(calls.length, 0)
    assert.deepEqual(dead, [
      'action number 1 of the observer one was log, and is sync now: put it back, then retry this',
    ])
  })

  it('put back what is cut short because the service ends, and do not count it', async () => {
    const stop = new AbortController()
    const { meter, value } = createTestMeter()
    const { totals, failed, attempts } = await work(
      () => {
        stop.abort()
        return new Promise(() => {})
      },
      { stop, options: { execute: instrumentAction(executeAction, meter) } },
    )
    assert.deepEqual(failed, [])
    assert.deepEqual([await value(actionsExecuted), await value(actionFailure)], [1, 0])
    assert.deepEqual([totals.waiting, totals.running, totals.dead], [1, 0, 0])
    assert.deepEqual(attempts, [0])
  })

  for (const [operation, title, isRun] of [
    ['create', 'leave out what an account has written that is hidden by now', false],
    ['delete', 'tell of a deletion, whether the account is hidden by now or not', true],
  ] as const)
    it(title, async () => {
      const { meter, value } = createTestMeter()
      const { calls, failed, dead, totals } = await work(async () => ({ success: true }), {
        of: event({ operation }),
        meter,
        options: { isHidden: async () => true },
      })
      assert.deepEqual([calls.length, failed, dead], [Number(isRun), [], []])
      assert.deepEqual(totals, { waiting: 0, running: 0, dead: 0 })
      assert.deepEqual(
        [await value(queueJobsRemoved), await value(queueJobsProcessed)],
        [Number(!isRun), Number(isRun)],
      )
    })

  for (const [deaths, title, expected] of [
    [2, 'run what the process has died of twice, as the third attempt', { attempts: [2], dead: [] }],
    [
      3,
      'give up what the process has died of three times, without another attempt',
      {
        attempts: [],
        dead: [
          'the process died 3 times while it ran, at last with no other action beside it: correct the action, then retry this',
        ],
      },
    ],
  ] as const)
    it(title, async () => {
      const { calls, dead, failed } = await work(async () => ({ success: true }), { deaths })
      assert.deepEqual({ attempts: calls.map(({ attempts }) => attempts), dead }, expected)
      assert.deepEqual(
        failed.map(({ observer, error, isDead }) => [observer, error, isDead]),
        expected.dead.map((error) => ['one', error, true]),
      )
    })

  it('run what the process has died of twice with no other beside it', async () => {
    let running = 0
    let most = 0
    const run: RunAction = async () => {
      most = Math.max(most, ++running)
      await turn()
      running--
      return { success: true }
    }
    const others = ['b', 'c', 'd'].map((rkey) => event({ rkey }))
    const options = { concurrency: 4, perGroup: 4 }
    await work(run, { deaths: 1, others, options })
    assert.equal(most, 4)
    most = 0
    await work(run, { deaths: 2, others, options })
    assert.equal(most, 1)
  })

  const large = event({ record: { text: 'x'.repeat(20_000) } })
  const stored = { ...large, indexedAtMs: 1 } as unknown as StoredRecord
  for (const [name, record, has] of [
    ['read a record again that was too large to wait', stored, true],
    ['leave out a large record that has changed since', { ...stored, cid: 'another' }, false],
    ['leave out a large record that is gone', undefined, false],
  ] as const)
    it(name, async () => {
      const { calls } = await work(async () => ({ success: true }), {
        of: large,
        options: { record: async () => record },
      })
      assert.equal(calls[0]?.event.record !== undefined, has)
    })
})

interface Given {
  readonly retries?: number
  readonly of?: ObservedEvent
  readonly observers?: ActionWorkersOptions['observers']
  readonly options?: Partial<ActionWorkersOptions>
  readonly stop?: AbortController
  /** How often the process has died while it ran. */
  readonly deaths?: number
  /** What else there is to act on. */
  readonly others?: readonly ObservedEvent[]
  readonly meter?: Parameters<typeof instrumentQueue>[1]
}

/** Of which of two events the action begins, where it has to wait for an hour after that. */
async function begunOf(
  definition: ActionDefinition,
  database = new Database(),
  nowMs = 1_000_000,
): Promise<readonly string[]> {
  const stop = new AbortController()
  const queue: Queue = new SqliteQueue({ database, now: () => nowMs })
  queue.ready = async () => stop.abort()
  // biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
  const own: Observer = { ...observer, then: [definition] }
  const jobs = ['a', 'b'].flatMap((rkey) => jobsOf(event({ rkey }), [own]))
  await queue.add(actionsQueue, jobs)
  const begun: string[] = []
  const run: RunAction = async ({ event }) => {
    begun.push(event.rkey)
    return failure({ retryAfterMs: 3_600_000 })
  }
  const action = { kind: kindOf(definition), timeoutMs: 1000, retries: 2, run }
  const workers = new ActionWorkers({
    queue,
    observers: [{ name: 'one', actions: [action] }],
    execute: executeAction,
    record: async () => undefined,
    concurrency: 1,
    perGroup: 1,
    isHidden: async () => false,
    now: () => nowMs,
  })
  await workers.run(stop.signal)
  return begun
}

/** Does one job until nothing is left to do; time passes at once. */
async function work(
  run: RunAction,
  {
    retries = 2,
    of = event(),
    observers,
    options,
    stop = new AbortController(),
    deaths = 0,
    others = [],
    meter = createTestMeter().meter,
  }: Given = {},
) {
  let nowMs = 1_000_000
  const database = new Database()
  const open = () => instrumentQueue(new SqliteQueue({ database, now: () => nowMs }), meter, actionsQueue)
  let queue = open()
  const calls: { readonly id: string; readonly attempts: number; readonly event: EventJson }[] = []
  const failed: FailedAction[] = []
  const pausesMs: number[] = []
  const own: RunAction = (call) => {
    calls.push(call)
    return run(call)
  }
  const jobs = [of, ...others].flatMap((one) => jobsOf(one, [observer]))
  await queue.add(actionsQueue, jobs)
  for (let death = 0; death < deaths; death++) {
    await queue.take(actionsQueue, jobs.length)
    queue = open()
  }
  const action = { kind: 'log', timeoutMs: 1000, retries, run: own } as const
  const workers = new ActionWorkers({
    queue: {
      take: (...args) => queue.take(...args),
      ready: async (...args) => {
        if ((await queue.totals(actionsQueue)).waiting === 0) stop.abort()
        await queue.ready(...args)
      },
      renew: (...args) => queue.renew(...args),
      hold: (...args) => queue.hold(...args),
      heldUntilMs: (...args) => queue.heldUntilMs(...args),
      complete: (job) => queue.complete(job),
      remove: (...args) => queue.remove(...args),
      bury: (...args) => queue.bury(...args),
      retry: async (job, retry) => {
        const { dueMs = nowMs } = retry
        pausesMs.push(dueMs - nowMs)
        const isHeld = await queue.retry(job, retry)
        nowMs = Math.ceil(dueMs)
        return isHeld
      },
    },
    observers: observers ?? [{ name: 'one', actions: [action] }],
    execute: executeAction,
    record: async () => undefined,
    isHidden: async () => false,
    concurrency: 1,
    perGroup: 1,
    now: () => nowMs,
    onFailed: (one) => failed.push(one),
    ...options,
  })
  await workers.run(stop.signal)
  const dead = (await queue.deadLetters({ queues: [actionsQueue], limit: 10 })).jobs
  return {
    calls,
    failed,
    pausesMs,
    dead: dead.map(({ error }) => error),
    totals: await queue.totals(actionsQueue),
    attempts: (await queue.take(actionsQueue, 10, { leaseMs: 1000 })).map(({ attempts }) => attempts),
  }
}
