import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { steadyClock, wallClock, wallTimeOf } from './clock.ts'

const hourMs = 3_600_000

/** Sets the clock of the system by so much while `work` runs. */
function whileSetBy(ms: number, work: () => void): void {
  const real = Date.now
  const mocked = mock.method(Date, 'now', () => real() + ms)
  try {
    work()
  } finally {
    mocked.mock.restore()
  }
}

describe('the steady clock', () => {
  it('shows the time of the wall clock, in whole ms', () => {
    assert.ok(Math.abs(steadyClock() - wallClock()) < 1000)
    assert.ok(Number.isInteger(steadyClock()))
  })

  for (const ms of [-hourMs, hourMs]) {
    it(`does not notice that the system's clock is set by ${ms} ms`, () => {
      const before = steadyClock()
      whileSetBy(ms, () => assert.ok(steadyClock() >= before && steadyClock() - before < 1000))
    })

    it(`is told to people as the time that they know, which was set by ${ms} ms`, () => {
      const inAMinute = steadyClock() + 60_000
      assert.equal(wallTimeOf(inAMinute), inAMinute)
      whileSetBy(ms, () => assert.ok(Math.abs(wallTimeOf(inAMinute) - wallClock() - 60_000) < 1000))
    })
  }
})
