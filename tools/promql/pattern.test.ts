import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compilePattern } from './pattern.ts'

const matching = [
  { pattern: 'a|b\\.c', texts: ['a', 'b.c'], others: ['b_c', 'a|b', ''] },
  { pattern: 'a|', texts: ['a', ''], others: ['b'] },
  { pattern: 'api-.*', texts: ['api-', 'api-\n'], others: ['xapi-', 'API-1'] },
  { pattern: '(?i)GET|po(?-i:s)t', texts: ['get', 'POsT'], others: ['POST'] },
  { pattern: '5..', texts: ['500', '5é\n'], others: ['50', '5000'] },
  { pattern: '(?P<code>[45])\\d{2}', texts: ['404'], others: ['304'] },
  { pattern: '\\pL+[[:digit:]]\\z', texts: ['é1'], others: ['1é'] },
  { pattern: '\\Qa.b\\E+', texts: ['a.bb'], others: ['aab'] },
  { pattern: '^a$', texts: ['a'], others: ['a\n'] },
  { pattern: 'a{,2}', texts: ['a{,2}'], others: ['aa'] },
]
const refused = [
  '(?=a)',
  '(?!a)',
  '(?<=a)b',
  '(a)\\1',
  'a++',
  'a{1001}',
  '(a{100}){100}',
  '(?>a)',
  '\\Z',
  '\\u0061',
  'a)(b',
  '[b-a]',
  '*',
  '(?P=a)',
]

describe('compilePattern', () => {
  for (const { pattern, texts, others } of matching) {
    it(`reads ${pattern} as Prometheus does`, () => {
      const compiled = compilePattern(pattern)
      assert.ok(typeof compiled === 'object')
      for (const text of texts) assert.equal(compiled.test(text), true, JSON.stringify(text))
      for (const text of others) assert.equal(compiled.test(text), false, JSON.stringify(text))
    })
  }

  for (const pattern of refused)
    it(`refuses ${pattern}, which RE2 does not have`, () => assert.equal(compilePattern(pattern), 'invalid'))

  it('reads a list of words however long it is', () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `host-${index}\\.example`)
    const compiled = compilePattern(words.join('|'))
    assert.ok(typeof compiled === 'object' && compiled.test('host-19999.example') && !compiled.test('host-1'))
  })

  for (const pattern of [`${'ab?'.repeat(4000)}`, '(a{0,30}b){0,33}c'.repeat(3)])
    it(`does not try a pattern that is as large as ${pattern.slice(0, 20)}…`, () =>
      assert.equal(compilePattern(pattern), 'unknown'))
})
