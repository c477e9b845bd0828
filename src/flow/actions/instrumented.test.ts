import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  actionDuration,
  actionFailure,
  actionSuccess,
  actionsExecuted,
  actionTimeout,
} from '../../catalog/observers/metrics.ts'
import { type Action, type ActionResult, actionKinds } from '../../model/action.ts'
import { TimeoutError } from '../../model/errors.ts'
import { instrumentAction } from './instrumented.ts'

const webhook: Action = { kind: 'webhook' }
const timedOut = new DOMException('too slow', 'TimeoutError')

const endings: readonly {
  readonly name: string
  readonly run: () => unknown
  readonly counts: readonly [success: number, failure: number, timeout: number]
}[] = [
  { name: 'answers with success', run: async () => ({ success: true }), counts: [1, 0, 0] },
  { name: 'answers with nothing', run: async () => undefined, counts: [1, 0, 0] },
  { name: 'answers with null', run: async () => null, counts: [1, 0, 0] },
  { name: 'answers at once', run: () => ({ success: true }), counts: [1, 0, 0] },
  { name: 'answers with a failure', run: async () => ({ success: false, error: 'no' }), counts: [0, 1, 0] },
  { name: 'fails at once', run: () => ({ success: false, error: 'no' }), counts: [0, 1, 0] },
  {
    name: 'answers that it took too long',
    run: async () => ({ success: false, error: 'late', isTimeout: true }),
    counts: [0, 1, 1],
  },
  { name: 'rejects', run: () => Promise.reject(new Error('down')), counts: [0, 1, 0] },
  { name: 'rejects with undefined', run: () => Promise.reject(undefined), counts: [0, 1, 0] },
  { name: 'is timed out by a signal', run: () => Promise.reject(timedOut), counts: [0, 1, 1] },
  {
    name: 'rejects with our TimeoutError',
    run: () => Promise.reject(new TimeoutError('late')),
    counts: [0, 1, 1],
  },
  {
    name: 'throws',
    run: () => {
      throw new Error('bug')
    },
    counts: [0, 1, 0],
  },
]

describe('an action that is measured', () => {
  for (const { name, run, counts } of endings) {
    it(`is counted where it ${name}, which its caller is told as before`, async () => {
      const { meter, value } = createTestMeter()
      const executor = (_action: Action) => run()
      const [measured, bare] = await Promise.all([
        outcomeOf(() => instrumentAction(executor, meter)(webhook)),
        outcomeOf(run),
      ])
      assert.deepEqual(measured, bare)
      const of = { action: 'webhook' } as const
      assert.equal(await value(actionsExecuted, of), 1)
      assert.equal(await value(actionDuration, of), 1)
      assert.deepEqual(
        [await value(actionSuccess, of), await value(actionFailure, of), await value(actionTimeout, of)],
        counts,
      )
      assert.equal(await value(actionsExecuted), 1)
    })
  }

  for (const [name, reason, failures] of [
    ['neither a success nor a failure where its caller has called it off', new Error('the service ends'), 0],
    ['a failure where the signal of its caller says that the time is over', timedOut, 1],
  ] as const)
    for (const [how, argument] of [
      ['an argument', (signal: AbortSignal) => signal],
      ['in its options', (signal: AbortSignal) => ({ signal })],
    ] as const)
      it(`is ${name}, by a signal that is ${how}`, async () => {
        const { meter, value } = createTestMeter()
        const stop = new AbortController()
        const executor = async (_action: Action, _: unknown) => {
          stop.abort(reason)
          throw new Error('ended early')
        }
        await assert.rejects(instrumentAction(executor, meter)(webhook, argument(stop.signal)), /ended early/)
        assert.deepEqual(
          [await value(actionsExecuted), await value(actionSuccess), await value(actionFailure)],
          [1, 0, failures],
        )
      })

  it('is a failure where it fails before its caller calls it off', async () => {
    const { meter, value } = createTestMeter()
    const stop = new AbortController()
    const executor = async (_action: Action, _signal: AbortSignal) => Promise.reject(new Error('down'))
    await assert.rejects(instrumentAction(executor, meter)(webhook, stop.signal), /down/)
    stop.abort()
    assert.equal(await value(actionFailure), 1)
  })

  it('is counted by its kind, each of which is 0 from the start', async () => {
    const { meter, value } = createTestMeter()
    const execute = instrumentAction((_: Action): ActionResult => ({ success: true }), meter)
    for (const kind of actionKinds) assert.equal(await value(actionsExecuted, { action: kind }), 0)
    for (const kind of actionKinds) execute({ kind })
    for (const kind of actionKinds) assert.equal(await value(actionSuccess, { action: kind }), 1)
  })

  it('counts as executed from its beginning, and as nothing else before its end', async () => {
    const { meter, value } = createTestMeter()
    const { promise, resolve } = Promise.withResolvers<ActionResult>()
    const running = instrumentAction((_: Action) => promise, meter)(webhook)
    assert.deepEqual([await value(actionsExecuted), await value(actionSuccess)], [1, 0])
    resolve({ success: true })
    await running
    assert.equal(await value(actionSuccess), 1)
  })

  it('gets its `this` and all of its arguments, and hands out the very same result', async () => {
    const { meter } = createTestMeter()
    const result = { success: true } as const
    const runner = {
      seen: [] as unknown[],
      execute: instrumentAction(function (this: object, ...args: [Action, number, string]) {
        runner.seen.push(this, ...args)
        return result
      }, meter),
    }
    assert.equal(runner.execute(webhook, 7, 'x'), result)
    assert.deepEqual(runner.seen, [runner, webhook, 7, 'x'])
  })

  it('fails no call that its executor would have taken', () => {
    const { meter } = createTestMeter()
    const execute = instrumentAction((action?: Action) => action ?? 'none', meter)
    assert.equal(execute(), 'none')
  })

  it('has the name, the length and the properties of the executor', () => {
    const { meter } = createTestMeter()
    async function execute(_action: Action, _event: string): Promise<void> {}
    const measured = instrumentAction(Object.assign(execute, { concurrency: 4 }), meter)
    assert.deepEqual([measured.name, measured.length, measured.concurrency], ['execute', 2, 4])
  })
})

/** How a call ends, told apart from one whose promise ends like that. */
async function outcomeOf(call: () => unknown): Promise<unknown> {
  let result: unknown
  try {
    result = call()
  } catch (thrown) {
    return { thrown }
  }
  if (!(result instanceof Promise)) return { result }
  return result.then(
    (value: unknown) => ({ value }),
    (rejected: unknown) => ({ rejected }),
  )
}
