import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Pace } from './pace.ts'

describe('Pace', () => {
  it('lets the first half of a window through at once, and spreads the rest', async () => {
    const { pace, clock } = setUp()
    await passing(pace, 1)
    pace.learn({ limit: 10, remaining: 9, resetMs: clock.nowMs + 1000 })
    await passing(pace, 4)
    assert.equal(pace.blockedUntilMs, clock.nowMs + 200)
    clock.nowMs += 200
    await passing(pace, 1)
    assert.equal(pace.blockedUntilMs, clock.nowMs + 200)
  })

  it('begins anew when the window has ended', async () => {
    const { pace, clock } = setUp()
    pace.learn({ limit: 10, remaining: 0, resetMs: clock.nowMs + 1000 })
    assert.equal(pace.blockedUntilMs, clock.nowMs + 1000)
    assert.equal(pace.isIdle, false)
    clock.nowMs += 1000
    assert.equal(pace.blockedUntilMs, undefined)
    assert.equal(pace.isIdle, true)
    await passing(pace, 20)
  })

  it('takes off what is under way, which an answer may not have counted', async () => {
    const { pace, clock } = setUp()
    for (let i = 0; i < 3; i++) await pace.enter()
    pace.learn({ limit: 10, remaining: 2, resetMs: clock.nowMs + 1000 })
    assert.equal(pace.blockedUntilMs, clock.nowMs + 1000)
  })

  it('waits where that is not too long, and fails at once where it is', async () => {
    const { pace, clock } = setUp()
    pace.block(30_001)
    await assert.rejects(pace.enter(), { name: 'RateLimitedError', retryAfterMs: 30_001 })
    clock.nowMs += 30_000
    const entering = pace.enter()
    clock.nowMs += 1
    await entering
  })

  it('lets those that wait in one after the other, and past one that gave up', async () => {
    const { pace } = setUp(1)
    await pace.enter()
    const stop = new AbortController()
    const order: string[] = []
    const given = pace.enter(stop.signal).catch((error: Error) => order.push(error.message))
    const next = pace.enter().then(() => order.push('next'))
    const last = pace.enter().then(() => order.push('last'))
    stop.abort(new Error('gave up'))
    pace.leave()
    await Promise.all([given, next])
    assert.deepEqual(order.toSorted(), ['gave up', 'next'])
    pace.leave()
    await last
    pace.leave()
    assert.equal(pace.isIdle, true)
  })
})

function setUp(concurrency = 8) {
  const clock = { nowMs: 1_000_000 }
  const now = () => clock.nowMs
  return { pace: new Pace({ host: 'pds.test', concurrency, maxWaitMs: 30_000, now }), clock }
}

async function passing(pace: Pace, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await pace.enter()
    pace.leave()
  }
}
