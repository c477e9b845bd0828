import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ForwardClock, type ForwardTime } from './forward-clock.ts'

const hourMs = 3_600_000
const startMs = 1_700_000_000_000

describe('a clock that only goes forward', () => {
  it('is that of the system as long as nobody sets that back', () => {
    const { clock, system } = begin()
    for (const ms of [0, 1, 999, hourMs, 400 * 24 * hourMs]) {
      system.ms += ms
      system.elapsedMs += Math.min(ms, hourMs)
      assert.equal(clock.nowMs(), system.ms)
    }
    assert.equal(clock.toSystem(clock.fromSystem(5)), 5)
    assert.equal(clock.time().aheadMs, 0)
  })

  for (const [name, { lookedMs }] of Object.entries({
    'while it is looked at': { lookedMs: 10 },
    'while nobody looks': { lookedMs: hourMs },
  })) {
    it(`goes on when that is set back ${name}, by what really passes`, () => {
      const { clock, system } = begin()
      clock.nowMs()
      for (let passedMs = 0; passedMs < 2 * hourMs; passedMs += lookedMs) {
        if (passedMs === hourMs) system.ms -= 30 * hourMs
        system.ms += lookedMs
        system.elapsedMs += lookedMs
        if (lookedMs < hourMs && passedMs % 100 === 0) clock.nowMs()
      }
      const lost = startMs + 2 * hourMs - clock.nowMs()
      assert.ok(lost >= 0 && lost <= 2000, `${lost} ms were lost`)
      assert.equal(clock.fromSystem(system.ms + 5), clock.nowMs() + 5)
      assert.equal(clock.toSystem(clock.nowMs() - 5), system.ms - 5)
    })
  }

  it('does not begin before what it was, and keeps what it is ahead', () => {
    const { clock } = begin({ seenMs: startMs + hourMs, aheadMs: 7 })
    assert.equal(clock.nowMs(), startMs + hourMs)
    assert.equal(begin({ seenMs: startMs, aheadMs: 7 }).clock.nowMs(), startMs + 7)
    assert.deepEqual(clock.time(), { seenMs: startMs + hourMs, aheadMs: hourMs })
  })

  it('is not moved by what two clocks differ by', () => {
    const { clock, system } = begin()
    for (let i = 0; i < 100_000; i++) {
      system.ms += 1
      system.elapsedMs += 1.01
      clock.nowMs()
    }
    assert.equal(clock.time().aheadMs, 0)
  })
})

function begin(before: ForwardTime = { seenMs: 0, aheadMs: 0 }) {
  const system = { ms: startMs, elapsedMs: 12 }
  const clock = new ForwardClock(
    () => system.ms,
    () => system.elapsedMs,
    before,
  )
  return { clock, system }
}
