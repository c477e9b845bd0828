import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lose, type TrickleOptions, trickle } from './trickle.ts'

/** Runs a trickle for some seconds of a clock that only sleeping moves. */
async function run(seconds: number, options: Pick<TrickleOptions, 'live' | 'eventsPerSecond'>, lateMs = 0) {
  const stop = new AbortController()
  const errors: unknown[] = []
  let nowMs = 0
  await trickle({
    ...options,
    signal: stop.signal,
    onError: (error) => errors.push(error),
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms + lateMs
      if (nowMs >= seconds * 1000) stop.abort()
    },
  })
  return errors
}

describe('trickle', () => {
  const cases = [
    { eventsPerSecond: 0, seconds: 10, each: 1, expected: 0 },
    { eventsPerSecond: 0.5, seconds: 60, each: 1, expected: 30 },
    { eventsPerSecond: 5, seconds: 60, each: 1, expected: 300 },
    { eventsPerSecond: 5, seconds: 60, each: 4, expected: 300 },
    { eventsPerSecond: 3000, seconds: 10, each: 1, expected: 30_000 },
    { eventsPerSecond: 3000, seconds: 10, each: 2, expected: 30_000 },
  ]
  for (const { eventsPerSecond, seconds, each, expected } of cases) {
    it(`makes ${eventsPerSecond} events a second, ${each} at a time`, async () => {
      let made = 0
      const live = async () => {
        made += each
        return each
      }
      await run(seconds, { eventsPerSecond, live })
      assert.ok(Math.abs(made - expected) <= Math.max(each, expected / 50), `${made} instead of ${expected}`)
    })
  }

  it('keeps its rate with timers that are late', async () => {
    let made = 0
    await run(60, { eventsPerSecond: 50, live: async () => ++made && 1 }, 7)
    assert.ok(Math.abs(made - 3000) <= 60, `${made}`)
  })

  it('makes up for no more than a second after a pause', async () => {
    let made = 0
    let nowMs = 0
    const pauses = [3_600_000, 0, 0]
    const stop = new AbortController()
    await trickle({
      eventsPerSecond: 10,
      live: async () => ++made && 1,
      signal: stop.signal,
      onError: () => {},
      now: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms + (pauses.shift() ?? 0)
        if (pauses.length === 0) stop.abort()
      },
    })
    assert.equal(made, 1 + 10 + 1)
  })

  it('piles up no work for a rate that cannot be reached', async () => {
    let running = 0
    let most = 0
    const live = async () => {
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      return 1
    }
    await run(10, { eventsPerSecond: 1e9, live })
    assert.ok(most > 1 && most <= 1000, `${most} at a time`)
  })

  it('reports what failed, and continues', async () => {
    let asked = 0
    const errors = await run(10, {
      eventsPerSecond: 5,
      live: async () => {
        if (++asked % 2 === 0) throw new Error('disk full')
        return 1
      },
    })
    assert.ok(errors.length > 10)
    assert.ok(asked - errors.length > 10)
  })
})

describe('lose', () => {
  const run = async (everyMs: number, slip: () => Promise<unknown>) => {
    const stop = new AbortController()
    const errors: unknown[] = []
    let nowMs = 0
    const sleep = async (ms: number) => {
      nowMs += ms
      if (nowMs >= 10_000) stop.abort()
    }
    await lose({ slip, everyMs, signal: stop.signal, onError: (error) => errors.push(error), sleep })
    return errors
  }

  it('loses one each time, the first after a while', async () => {
    let slips = 0
    await run(3000, async () => ++slips)
    assert.equal(slips, 3)
  })

  it('loses none when told so', async () => {
    await run(0, () => assert.fail('it lost one'))
  })

  it('goes on after a failure', async () => {
    const failure = new Error('the disk is full')
    assert.deepEqual(await run(4000, () => Promise.reject(failure)), [failure, failure])
  })
})
