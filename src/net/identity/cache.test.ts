import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Cache } from './cache.ts'

it('keeps what is used, and never more than it may', () => {
  const cache = new Cache<number, string>(10)
  for (let key = 0; key < 1000; key++) {
    cache.set(key, `value ${key}`)
    assert.equal(cache.get(0), 'value 0')
    assert.equal(cache.get(key), `value ${key}`)
    if (key >= 10) assert.equal(cache.get(key - 10), key === 10 ? 'value 0' : undefined)
  }
})

it('counts each key once', () => {
  const cache = new Cache<number, string>(10)
  for (let key = 0; key < 6; key++) cache.set(key, 'a')
  for (const key of [0, 1]) cache.get(key)
  cache.set(2, 'b')
  assert.equal(cache.size, 6)
  cache.delete(0)
  assert.equal(cache.size, 5)
})

it('forgets what is deleted, of whatever age', () => {
  const cache = new Cache<string, number>(4)
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, 1)
  cache.delete('a')
  cache.delete('d')
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => cache.get(key)),
    [undefined, 1, 1, undefined],
  )
})

it('holds the newest value', () => {
  const cache = new Cache<string, number>(4)
  cache.set('a', 1)
  cache.set('b', 1)
  cache.set('c', 1)
  cache.set('a', 2)
  assert.equal(cache.get('a'), 2)
})
