import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mergePatch } from './merge-patch.ts'

describe('a merge patch', () => {
  // The examples of RFC 7396, appendix A.
  const cases: readonly (readonly [value: unknown, patch: unknown, expected: unknown])[] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ]
  for (const [value, patch, expected] of cases)
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(value)} by ${JSON.stringify(patch)}`, () => {
      assert.deepEqual(mergePatch(value, patch), expected)
    })

  it('takes __proto__ for a key like others', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"a": 1}}')) as object
    assert.deepEqual(Object.keys(merged), ['__proto__'])
    assert.equal('a' in merged, false)
  })
})
