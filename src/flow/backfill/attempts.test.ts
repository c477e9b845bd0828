import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  AuthError,
  ConflictError,
  InvalidError,
  RateLimitedError,
  TimeoutError,
  UnavailableRepoError,
  UpstreamError,
} from '../../model/errors.ts'
import type { Job } from '../../state/queue/queue.ts'
import { createAttempts } from './attempts.ts'

describe('what becomes of a failed attempt', () => {
  const gone = new UnavailableRepoError('deactivated', 'gone')
  const moved = new ConflictError('moved')
  const day = 24 * 3_600_000
  const cases = [
    {
      error: new UpstreamError('down'),
      attempts: 0,
      next: { pauseMs: 5_000, counts: true, failure: 'failed' },
    },
    {
      error: new UpstreamError('down'),
      attempts: 3,
      next: { pauseMs: 40_000, counts: true, failure: 'failed' },
    },
    {
      error: new TimeoutError('slow'),
      attempts: 13,
      next: { pauseMs: 4 * 3_600_000, counts: true, failure: 'failed' },
    },
    { error: new TimeoutError('slow'), attempts: 14, next: 'bury' },
    { error: new AuthError('no'), attempts: 14, next: 'bury' },
    { error: new Error('bug'), attempts: 14, next: 'bury' },
    {
      error: new InvalidError('bad'),
      attempts: 3,
      next: { pauseMs: 40_000, counts: true, failure: 'failed' },
    },
    { error: new InvalidError('bad'), attempts: 4, next: 'bury' },
    {
      error: gone,
      attempts: 0,
      next: { pauseMs: 1.25 * day, counts: true, failure: 'unavailable', isAside: true },
    },
    { error: gone, attempts: 2, next: 'bury' },
    {
      error: moved,
      attempts: 0,
      next: { pauseMs: 60_000, counts: true, failure: 'conflict', isAside: true },
    },
    {
      error: moved,
      attempts: 500,
      next: { pauseMs: 6 * 3_600_000, counts: true, failure: 'conflict', isAside: true },
    },
    { error: new RateLimitedError('slower', 77_000), attempts: 99, next: { pauseMs: 77_000, counts: false } },
    { error: new RateLimitedError('slower'), attempts: 1, next: { pauseMs: 10_000, counts: false } },
  ] as const
  for (const { error, attempts, next } of cases) {
    const told = next === 'bury' ? 'a dead letter' : `another one after ${next.pauseMs} ms`
    it(`${error.name}, after ${attempts} others: ${told}`, () => {
      assert.deepEqual(createAttempts({ random: () => 1 })(job(attempts, kindOf(error)), error), next)
    })
  }

  it('counts anew once the failure is another one', () => {
    const next = createAttempts({ random: () => 1 })
    const errors = [gone, moved, new UpstreamError('down')]
    for (const error of errors) {
      for (const before of errors) {
        if (before === error) continue
        const told = next(job(500, kindOf(before)), error)
        assert.deepEqual(told, next(job(0, kindOf(error)), error), `${error.name} after ${before.name}`)
        assert.notEqual(told, 'bury')
      }
    }
  })

  it('leaves half of a pause to chance', () => {
    const shortest = createAttempts({ random: () => 0 })(job(0), new UpstreamError('down'))
    assert.deepEqual(shortest, { pauseMs: 2_500, counts: true, failure: 'failed' })
  })

  it('waits for half a day at least before an unreachable host costs a repo', () => {
    const next = createAttempts({ random: () => 0 })
    let sumMs = 0
    for (let attempts = 0; ; attempts++) {
      const pause = next(job(attempts), new UpstreamError('down'))
      if (pause === 'bury') break
      sumMs += pause.pauseMs
    }
    assert.ok(sumMs > 6 * 3_600_000, `${sumMs} ms`)
  })
})

const kindOf = (error: Error) =>
  error instanceof UnavailableRepoError
    ? 'unavailable'
    : error instanceof ConflictError
      ? 'conflict'
      : 'failed'

function job(attempts: number, failure = 'failed'): Job {
  const [id, queue, key, lease] = [1, 'repo', 'did:plc:a', '1']
  return { id, queue, key, priority: 3, group: '', payload: '', attempts, deaths: 0, failure, lease }
}
