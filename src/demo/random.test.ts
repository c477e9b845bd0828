import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom } from './random.ts'

describe('createRandom', () => {
  const draw = (seed?: string) => {
    const random = createRandom(seed)
    return [random.next(), random.int(1000), random.pick(['a', 'b', 'c']), [...random.bytes(16)]]
  }

  it('gives the same choices for the same seed, and others for another', () => {
    assert.deepEqual(draw('tide'), draw('tide'))
    assert.notDeepEqual(draw('tide'), draw('gauge'))
    assert.notDeepEqual(draw(), draw())
  })

  it('stays within its bounds and reaches all of them', () => {
    const random = createRandom('bounds')
    const seen = new Set<number>()
    for (let drawn = 0; drawn < 1000; drawn++) seen.add(random.int(7))
    assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6])
    for (let drawn = 0; drawn < 1000; drawn++) {
      const value = random.next()
      assert.ok(value >= 0 && value < 1)
    }
  })

  it('refuses to pick from nothing', () => {
    assert.throws(() => createRandom('none').pick([]), RangeError)
  })
})
