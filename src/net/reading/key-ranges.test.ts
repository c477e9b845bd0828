import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyRanges } from './key-ranges.ts'

const keys = [
  'a.b.c/0',
  'a.b.c/z',
  'a.b.c-d/0',
  'a.b.c.d/0',
  'a.b.cc/0',
  'a.b.d/0',
  'a.bb.c/0',
  'b.b.c/0',
  'a.b/0',
]

describe('the keys of collections', () => {
  const cases: readonly (readonly [collections: readonly string[], kept: readonly string[]])[] = [
    [[], keys],
    [['*'], keys],
    [['x.y.z', '*'], keys],
    [['a.b.c'], ['a.b.c/0', 'a.b.c/z']],
    [['a.b.*'], ['a.b.c/0', 'a.b.c/z', 'a.b.c-d/0', 'a.b.c.d/0', 'a.b.cc/0', 'a.b.d/0']],
    [['a.*'], keys.filter((key) => key.startsWith('a.'))],
    [
      ['a.b.d', 'b.b.*'],
      ['a.b.d/0', 'b.b.c/0'],
    ],
    [['x.y.z'], []],
  ]
  for (const [collections, kept] of cases) {
    const ranges = keyRanges(collections)

    it(`of ${JSON.stringify(collections)} are known`, () => {
      assert.deepEqual(
        keys.filter((key) => ranges.has(key)),
        kept,
      )
    })

    it(`of ${JSON.stringify(collections)} are looked for wherever they may be`, () => {
      const bounds = ['', ...keys.toSorted(), undefined]
      for (const after of bounds) {
        for (const before of bounds) {
          if (after === undefined || (before !== undefined && before <= after)) continue
          const between = kept.filter((key) => key > after && (before === undefined || key < before))
          if (between.length > 0) assert.ok(ranges.reach(after, before), `${after} … ${before}`)
        }
      }
    })
  }

  it('are not looked for where they cannot be', () => {
    const ranges = keyRanges(['a.b.c', 'a.d.*'])
    for (const [after, before] of [
      ['', 'a.b.c/'],
      ['a.b.c0', 'a.c'],
      ['a.b.d/0', 'a.d.'],
      ['a.d/', undefined],
      ['b', undefined],
    ] as const)
      assert.ok(!ranges.reach(after, before), `${after} … ${before}`)
  })
})
