import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createSampler } from './sampler.ts'

for (const every of [2, 3, 10]) {
  it(`takes exactly one in each block of ${every}, weighted ${every}`, () => {
    const sampler = createSampler(every)
    for (let block = 0; block < 50; block++) {
      const weights = Array.from({ length: every }, () => sampler())
      assert.deepEqual(
        weights.filter((weight) => weight !== 0),
        [every],
      )
    }
  })
}

it('takes each place of the block equally often', () => {
  const places = [0, 0.25, 0.5, 0.75]
  const sampler = createSampler(4, () => places.shift() ?? 0)
  const taken = Array.from({ length: 16 }, () => sampler() > 0)
  assert.deepEqual(
    taken.map((one, i) => (one ? i : -1)).filter((i) => i >= 0),
    [0, 5, 10, 15],
  )
})

it('takes nothing at rate 0', () => {
  const sampler = createSampler(1 / 0)
  assert.deepEqual(
    Array.from({ length: 100 }, () => sampler()).filter((weight) => weight > 0),
    [],
  )
})
