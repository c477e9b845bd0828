import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import { actionFailure, actionsExecuted } from '../../catalog/observers/metrics.ts'
import { actionsQueue } from '../../model/action.ts'
import type { EventJson } from '../../model/event-json.ts'
import type { StoredRecord } from '../../model/record.ts'
import { openQueue } from '../../state/queue/testing/queue.ts'
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
}

/** Of which of two events the action begins, where it has to wait for an hour after that. */
async function begunOf(definition: ActionDefinition): Promise<readonly string[]> {
  const stop = new AbortController()
  const { queue } = openQueue(() => 1_000_000)
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
    now: () => 1_000_000,
  })
  await workers.run(stop.signal)
  return begun
}

/** Does one job until nothing is left to do; time passes at once. */
async function work(
  run: RunAction,
  { retries = 2, of = event(), observers, options, stop = new AbortController() }: Given = {},
) {
  let nowMs = 1_000_000
  const { queue } = openQueue(() => nowMs)
  const calls: { readonly id: string; readonly attempts: number; readonly event: EventJson }[] = []
  const failed: FailedAction[] = []
  const pausesMs: number[] = []
  const own: RunAction = (call) => {
    calls.push(call)
    return run(call)
  }
  await queue.add(actionsQueue, jobsOf(of, [observer]))
  const action = { kind: 'log', timeoutMs: 1000, retries, run: own } as const
  const workers = new ActionWorkers({
    queue: {
      take: (...args) => queue.take(...args),
      ready: async (...args) => {
        if ((await queue.totals(actionsQueue)).waiting === 0) stop.abort()
        await queue.ready(...args)
      },
      renew: (...args) => queue.renew(...args),
      complete: (job) => queue.complete(job),
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
