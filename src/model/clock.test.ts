import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setClock } from '../../test/set-clock.ts'
import { latestClock, steadyClock, wallClock, wallTimeOf } from './clock.ts'

const hourMs = 3_600_000

describe('the steady clock', () => {
  it('shows the time of the wall clock, in whole ms', () => {
    assert.ok(Math.abs(steadyClock() - wallClock()) < 1000)
    assert.ok(Number.isInteger(steadyClock()))
  })

  it('is the latest time when the clock of the system was set back, and that one when it was set on', () => {
    const now = steadyClock()
    using clock = setClock()
    clock.by(-hourMs)
    assert.ok(Math.abs(latestClock() - now) < 1000)
    clock.by(2 * hourMs)
    assert.ok(Math.abs(latestClock() - now - hourMs) < 1000)
  })

  for (const ms of [-hourMs, hourMs]) {
    it(`does not notice that the system's clock is set by ${ms} ms`, () => {
      const before = steadyClock()
      using clock = setClock()
      clock.by(ms)
      assert.ok(steadyClock() >= before && steadyClock() - before < 1000)
    })

    it(`is told to people as the time that they know, which was set by ${ms} ms`, () => {
      const inAMinute = steadyClock() + 60_000
      assert.equal(wallTimeOf(inAMinute), inAMinute)
      using clock = setClock()
      clock.by(ms)
      assert.ok(Math.abs(wallTimeOf(inAMinute) - wallClock() - 60_000) < 1000)
    })

    it(`is told as it was written by the process before this one, whose clock was not set by ${ms} ms`, () => {
      const before = Math.floor(performance.timeOrigin) - 1
      using clock = setClock()
      clock.by(ms)
      assert.equal(wallTimeOf(before), before)
    })
  }
})
