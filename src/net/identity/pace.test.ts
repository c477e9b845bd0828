import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Pace } from './pace.ts'
import { Clock } from './testing/clock.ts'

const setup = (
  options: { concurrency?: number; perSecond?: number; burst?: number; maxWaiting?: number } = {},
) => {
  const clock = new Clock()
  const stop = new AbortController()
  const defaults = { concurrency: 1, perSecond: 10, burst: 1, maxWaiting: 1000 }
  const { now, sleep } = clock
  const pace = new Pace({ name: 'a server', now, sleep, signal: stop.signal, ...defaults, ...options })
  return { clock, pace, stop }
}
const always = () => {}

describe('the pace at which a server is asked', () => {
  it('is never more than so many at a time', async () => {
    const { pace } = setup({ concurrency: 3, perSecond: 1e6, burst: 1000 })
    let running = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      running -= 1
    }
    await Promise.all(Array.from({ length: 20 }, () => pace.run(always, work)))
    assert.equal(most, 3)
  })

  it('is never more than so many a second, after as many at once as may be', async () => {
    const { pace, clock } = setup({ burst: 5, perSecond: 10 })
    const began = clock.ms
    const times: number[] = []
    await Promise.all(
      Array.from({ length: 25 }, () => pace.run(always, async () => void times.push(clock.ms - began))),
    )
    assert.deepEqual(times.slice(0, 6), [0, 0, 0, 0, 0, 100])
    assert.equal(Math.round(times.at(-1) as number), 2000)
    clock.ms += 60_000
    const later: number[] = []
    const start = clock.ms
    await Promise.all(
      Array.from({ length: 6 }, () => pace.run(always, async () => void later.push(clock.ms - start))),
    )
    assert.deepEqual(later.map(Math.round), [0, 0, 0, 0, 0, 100])
  })

  it('goes on after work that fails', async () => {
    const { pace } = setup()
    await assert.rejects(
      pace.run(always, () => Promise.reject(new Error('no'))),
      { message: 'no' },
    )
    assert.equal(await pace.run(always, async () => 'yes'), 'yes')
  })

  it('keeps nobody in the queue who cannot be answered any more', async () => {
    const { pace, clock } = setup({ perSecond: 1 })
    let isOpen = true
    const mayBegin = () => {
      if (!isOpen) throw new Error('closed')
    }
    const first = pace.run(mayBegin, async () => {
      isOpen = false
    })
    const others = Array.from({ length: 10 }, () => pace.run(mayBegin, async () => {}))
    await first
    const results = await Promise.allSettled(others)
    assert.ok(results.every(({ status }) => status === 'rejected'))
    assert.deepEqual(clock.slept, [], 'those that may not begin wait for no turn')
  })

  it('refuses more than may wait', async () => {
    const { pace } = setup({ maxWaiting: 2 })
    const end = Promise.withResolvers<void>()
    const runs = Array.from({ length: 3 }, () => pace.run(always, () => end.promise))
    await assert.rejects(
      pace.run(always, async () => {}),
      { name: 'RateLimitedError' },
    )
    end.resolve()
    await Promise.all(runs)
    await pace.run(always, async () => {})
  })

  it('falls by half with each complaint, and never below a fiftieth', () => {
    const { pace } = setup({ perSecond: 40 })
    pace.slowDown()
    pace.slowDown()
    assert.equal(pace.perSecond, 10)
    for (let i = 0; i < 20; i++) pace.slowDown()
    assert.equal(pace.perSecond, 40 / 50)
  })

  it('is what it was within two minutes after the last complaint, however many there were', async () => {
    const { pace, clock } = setup({ perSecond: 50, concurrency: 16, burst: 16 })
    for (let i = 0; i < 100; i++) pace.slowDown()
    const began = clock.ms
    let answers = 0
    while (pace.perSecond < 50 && clock.ms < began + 600_000) {
      await pace.run(always, async () => pace.speedUp())
      answers += 1
    }
    const seconds = (clock.ms - began) / 1000
    assert.ok(seconds > 60 && seconds < 120, `${seconds} s`)
    assert.ok(answers > 1000, 'as fast as it was allowed to')
  })

  for (const capacity of [2, 5, 10, 25, 45]) {
    it(`is refused one request in ten at most by a server that takes ${capacity} a second`, async () => {
      const { pace, clock } = setup({ perSecond: 50 })
      const began = clock.ms
      let requests = 0
      let refused = 0
      let second = 0
      let taken = 0
      while (clock.ms < began + 1_200_000) {
        await pace.run(always, async () => {
          requests += 1
          const now = Math.floor(clock.ms / 1000)
          taken = now === second ? taken + 1 : 1
          second = now
          if (taken <= capacity) return pace.speedUp()
          refused += 1
          pace.slowDown()
          clock.ms += 1000
        })
      }
      const used = (requests - refused) / (capacity * 1200)
      assert.ok(refused <= requests / 10, `${refused} of ${requests}`)
      assert.ok(used > 0.5, `uses ${used} of what it may`)
    })
  }

  it('gives no burst to a server that has complained', async () => {
    const { pace, clock } = setup({ perSecond: 10, burst: 10, concurrency: 10 })
    for (let i = 0; i < 4; i++) pace.slowDown()
    clock.ms += 60_000
    await Promise.all(Array.from({ length: 3 }, () => pace.run(always, async () => {})))
    assert.deepEqual(clock.slept, [1600, 3200])
  })

  it('ends with what it belongs to', async () => {
    const { pace, stop } = setup({ perSecond: 0.001 })
    await pace.run(always, async () => {})
    const waiting = Array.from({ length: 3 }, () => pace.run(always, async () => assert.fail('it began')))
    stop.abort()
    for (const { status, ...rest } of await Promise.allSettled(waiting)) {
      assert.equal(status, 'rejected')
      assert.equal('reason' in rest && rest.reason.name, 'UpstreamError')
    }
  })
})
