import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matchesWildcard } from './wildcard.ts'

describe('matchesWildcard', () => {
  const cases = [
    { pattern: '', matches: [''], others: ['a'] },
    { pattern: '*', matches: ['', 'a', 'a\nb'], others: [] },
    { pattern: 'a.b', matches: ['a.b'], others: ['axb', 'a.b.c', 'a.'] },
    { pattern: 'http.*', matches: ['http.', 'http.server'], others: ['http', 'xhttp.server'] },
    { pattern: '*.duration', matches: ['.duration', 'http.duration'], others: ['http.duration.x'] },
    { pattern: 'a?c', matches: ['abc', 'a?c', 'a*c'], others: ['ac', 'abbc'] },
    { pattern: '*a*b?', matches: ['abc', 'xaxbx', 'abab?'], others: ['ab', 'bax'] },
    { pattern: '**a**', matches: ['a', 'bab'], others: ['b'] },
    { pattern: '[a-z](+)', matches: ['[a-z](+)'], others: ['a'] },
  ]
  for (const { pattern, matches, others } of cases) {
    it(`tells what ${JSON.stringify(pattern)} stands for`, () => {
      for (const text of matches) assert.equal(matchesWildcard(pattern, text), true, text)
      for (const text of others) assert.equal(matchesWildcard(pattern, text), false, text)
    })
  }

  it('says the same as a regular expression', () => {
    const texts = Array.from({ length: 3 ** 6 }, (_, number) =>
      Array.from({ length: 6 }, (_, place) => ['a', 'b', ''][Math.floor(number / 3 ** place) % 3]).join(''),
    )
    for (const pattern of ['*a*b', '?*a', 'a*?*b', '*ab*ab*', 'a?b*', '*??', 'ab*ba']) {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
      for (const text of texts) assert.equal(matchesWildcard(pattern, text), expression.test(text), text)
    }
  })

  it('ends, whatever strangers write', () => {
    assert.equal(matchesWildcard(`${'*a'.repeat(1000)}*b`, 'a'.repeat(1000)), false)
    assert.equal(matchesWildcard(`${'a*?'.repeat(1000)}b`, 'a'.repeat(3000)), false)
  })
})
