import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareFilters, type FilterChange, sameFilter, wholeCollections } from './collections.ts'

describe('compareFilters', () => {
  const cases: readonly (readonly [before: string[], now: string[], expected: FilterChange])[] = [
    [[], [], 'same'],
    [[], ['*'], 'same'],
    [['*'], ['a.b.c', '*'], 'same'],
    [['a.b.c', 'a.b.d'], ['a.b.d', 'a.b.c', 'a.b.c'], 'same'],
    [['a.b.*', 'a.b.c'], ['a.b.*'], 'same'],
    [['a.b.*', 'a.b.c.*'], ['a.b.*'], 'same'],
    [['a.b.c'], [], 'wider'],
    [['a.b.c'], ['a.b.c', 'x.y.z'], 'wider'],
    [['a.b.c'], ['a.b.*'], 'wider'],
    [['a.b.c.*', 'a.b.d'], ['a.*'], 'wider'],
    [['a.b.*'], ['*'], 'wider'],
    [[], ['a.b.c'], 'narrower'],
    [['a.b.*'], ['a.b.c', 'a.b.d'], 'narrower'],
    [['a.*', 'x.y.z'], ['a.b.*'], 'narrower'],
    [['a.b.c'], ['a.b.d'], 'other'],
    [['a.b.*', 'x.y.z'], ['a.*'], 'other'],
    [['a.b.*'], ['a.bc.*'], 'other'],
  ]
  for (const [before, now, expected] of cases) {
    it(`finds [${now}] to be ${expected} after [${before}]`, () => {
      assert.equal(compareFilters(before, now), expected)
      assert.equal(sameFilter(before, now), expected === 'same')
      const back = { same: 'same', wider: 'narrower', narrower: 'wider', other: 'other' } as const
      assert.equal(compareFilters(now, before), back[expected])
    })
  }
})

describe('wholeCollections', () => {
  const cases: readonly (readonly [patterns: string[], expected: string[] | undefined])[] = [
    [[], undefined],
    [['*'], undefined],
    [['a.b.c', 'a.b.*'], undefined],
    [
      ['a.b.c', 'a.b.d', 'a.b.c'],
      ['a.b.c', 'a.b.d'],
    ],
  ]
  for (const [patterns, expected] of cases) {
    it(`names ${expected ?? 'nothing'} for [${patterns}]`, () => {
      assert.deepEqual(wholeCollections(patterns), expected)
    })
  }
})
