import assert from 'node:assert/strict'
import { it } from 'node:test'
import { someOf } from './some-of.ts'

it('names all of a few, and says that there are more than twenty', () => {
  assert.equal(someOf([]), '')
  assert.equal(someOf(new Set(['a', 'b'])), 'a, b')
  assert.equal(someOf(Array(20).fill('a')), Array(20).fill('a').join(', '))
  assert.equal(someOf(Array(21).fill('a')), `${Array(20).fill('a').join(', ')}, …`)
})
