import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nativeHistogram } from './native.ts'

const none = { offset: 0, bucketCounts: [] }

/** The counts by index, from the sparse layout. */
function expanded({
  spans,
  deltas,
}: {
  spans: readonly { offset: number; length: number }[]
  deltas: readonly number[]
}) {
  const counts: Record<number, number> = {}
  let index = 0
  let count = 0
  let next = 0
  for (const { offset, length } of spans) {
    index += offset
    for (let i = 0; i < length; i++) {
      count += deltas[next++] ?? 0
      counts[index++] = count
    }
  }
  assert.equal(next, deltas.length)
  return counts
}

const cases = [
  { scale: 0, offset: 0, counts: [1, 2, 3], schema: 0, expected: { 1: 1, 2: 2, 3: 3 } },
  { scale: 8, offset: -3, counts: [5, 0, 0, 1], schema: 8, expected: { [-2]: 5, 1: 1 } },
  { scale: 3, offset: 7, counts: [0, 0, 4, 0], schema: 3, expected: { 10: 4 } },
  { scale: 3, offset: 7, counts: [], schema: 3, expected: {} },
  { scale: -4, offset: 0, counts: [9], schema: -4, expected: { 1: 9 } },
  { scale: 9, offset: -3, counts: [1, 2, 4, 8], schema: 8, expected: { [-1]: 1, 0: 6, 1: 8 } },
  { scale: 10, offset: 0, counts: [1, 1, 1, 1, 1], schema: 8, expected: { 1: 4, 2: 1 } },
  { scale: 20, offset: -1, counts: [1, 1], schema: 8, expected: { 0: 1, 1: 1 } },
]

describe('nativeHistogram', () => {
  for (const { scale, offset, counts, schema, expected } of cases) {
    it(`puts ${JSON.stringify(counts)} from ${offset} on at scale ${scale} into schema ${schema}`, () => {
      const buckets = { offset, bucketCounts: counts }
      for (const sign of ['positive', 'negative'] as const) {
        const value = { count: 0, scale, zeroCount: 0, positive: none, negative: none, [sign]: buckets }
        const native = nativeHistogram(value)
        assert.equal(native?.schema, schema)
        assert.deepEqual(native && expanded(native[sign]), expected)
      }
    })
  }

  it('gives up on one that is too coarse', () => {
    assert.equal(
      nativeHistogram({ count: 0, scale: -5, zeroCount: 0, positive: none, negative: none }),
      undefined,
    )
  })
})
