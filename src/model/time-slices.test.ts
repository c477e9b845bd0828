import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atOnce, type Steps, TimeSlices } from './time-slices.ts'

function* count(to: number): Steps<number> {
  for (let at = 0; at < to; at++) yield
  return to
}

describe('work in time slices', () => {
  it('comes to what it comes to at once', async () => {
    assert.equal(await new TimeSlices().run(count(5)), 5)
    assert.equal(atOnce(count(5)), 5)
  })

  it('gives others a turn after each slice, and is over where it is not to go on', async () => {
    let turns = 0
    const asked: number[] = []
    const other = setInterval(() => turns++, 0)
    const result = await new TimeSlices(0).run(count(Number.POSITIVE_INFINITY), () => {
      asked.push(turns)
      return turns < 3
    })
    clearInterval(other)
    assert.equal(result, undefined)
    assert.equal(asked.at(-1), 3)
  })
})
