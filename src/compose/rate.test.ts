import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Rate } from './rate.ts'

describe('Rate', () => {
  it('counts over the time since the start while that is short', () => {
    let nowMs = 5_000
    const rate = new Rate(() => nowMs)
    assert.equal(rate.perSecond, 0)
    rate.add(30)
    assert.equal(rate.perSecond, 30)
    nowMs += 10_000
    rate.add(20)
    assert.equal(rate.perSecond, 5)
  })

  it('forgets what is older than a minute', () => {
    let nowMs = 0
    const rate = new Rate(() => nowMs)
    rate.add(600)
    nowMs = 59_000
    rate.add(60)
    assert.equal(rate.perSecond, 660 / 59)
    nowMs = 60_000
    assert.equal(rate.perSecond, 1)
    nowMs = 119_000
    assert.equal(rate.perSecond, 0)
  })
})
