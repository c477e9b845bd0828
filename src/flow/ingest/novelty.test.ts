import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bringsNews, newNovelty } from './novelty.ts'

/** How many pages of a walk are put up with; all where none is too many. */
function pages(all: Iterable<readonly string[]>, patience = 0): number {
  const novelty = newNovelty()
  let count = 0
  for (const names of all) {
    count++
    if (!bringsNews(novelty, names, patience)) return count
  }
  return count
}

const names = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => `did:plc:${from + at}`)

describe('a walk', () => {
  for (const [size, count] of [
    [1, 3_000],
    [10, 3_000],
    [1_000, 200],
  ] as const)
    it(`of ${count} pages with ${size} new names each goes on`, () => {
      const walk = Array.from({ length: count }, (_, at) => names(at * size, size))
      assert.equal(pages(walk, 20), count)
    })

  for (const different of [1, 10, 300, 20_000])
    it(`of ${different} names again and again ends when each has come some five times`, () => {
      const walk = Array.from({ length: 20 }, () => names(0, different))
      const walked = pages(walk)
      assert.ok(walked >= 3 && walked <= 8, `${walked} rounds`)
    })

  it('of empty pages ends when they are more than is put up with', () => {
    const walk = Array.from({ length: 500 }, () => [])
    assert.equal(pages(walk, 100), 101)
  })

  it('keeps no more than a few hundred bytes, which others write differently', () => {
    const [one, other] = [newNovelty(), newNovelty()]
    for (const novelty of [one, other]) bringsNews(novelty, names(0, 5_000), 0)
    assert.ok(JSON.stringify(one).length < 500)
    assert.notEqual(one.runs, other.runs)
    assert.equal(bringsNews(JSON.parse(JSON.stringify(one)), names(5_000, 5_000), 0), true)
  })
})
