import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { executeAction } from './execute.ts'
import type { RunAction } from './run-action.ts'
import { call } from './testing/call.ts'

const rows: readonly (readonly [name: string, run: RunAction, outcome: object])[] = [
  ['gives back what it says', async () => ({ success: true }), { success: true }],
  [
    'gives back all that it says of a failure',
    async () => ({ success: false, error: 'no', retryAfterMs: 5, isFinal: true }),
    { success: false, error: 'no', retryAfterMs: 5, isFinal: true },
  ],
  [
    'takes what it throws as a failure',
    async () => {
      throw new Error('broken')
    },
    { success: false, error: 'broken' },
  ],
  [
    'takes what it throws at once as a failure',
    () => {
      throw new Error('broken')
    },
    { success: false, error: 'broken' },
  ],
  [
    'does not wait for one that takes too long',
    () => new Promise(() => {}),
    { success: false, error: 'it took longer than 5 ms', isTimeout: true },
  ],
  [
    'takes what it throws when its time is over as the end of its time',
    ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    { success: false, error: 'it took longer than 5 ms', isTimeout: true },
  ],
]

describe('executing an action', () => {
  for (const [name, run, outcome] of rows)
    it(name, async () => {
      assert.deepEqual(await executeAction({ kind: 'custom', timeoutMs: 5, run }, call()), outcome)
    })

  it('tells nothing of one that was cut short because the service ends', async () => {
    const stop = new AbortController()
    const run: RunAction = () => {
      stop.abort(new Error('the service ends'))
      return new Promise(() => {})
    }
    const action = { kind: 'custom', timeoutMs: 60_000, run } as const
    await assert.rejects(executeAction(action, call({}, { signal: stop.signal })), /the service ends/)
  })
})
