import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readPattern } from './pattern.ts'

function pattern(text: string) {
  const read = readPattern(text)
  return typeof read === 'string' ? assert.fail(read) : read
}

describe('readPattern', () => {
  const texts = ['', 'a', 'A', 'web1', 'web12', 'a\nb', 'version="1.2"', 'ä', '😀', 'x/y', 'a.b', '12']
  const expressions: readonly (readonly [text: string, expression: RegExp])[] = [
    ['web1', /^(?:web1)$/],
    ['a|web\\d+', /^(?:a|web\d+)$/],
    ['/web(\\d)/', /web(\d)/],
    ['/^A$/i', /^A$/i],
    ['/a.b/s', /a.b/s],
    ['/a.b/', /a.b/],
    ['/^b/m', /^b/m],
    ['/x/y/g', /x\/y/],
    ['/version="(?<value>[^"]+)"(x)?/', /version="(?<value>[^"]+)"(x)?/],
    ['/(?<!1)2/', /(?<!1)2/],
    ['/a[\\s\\S]b/', /a[\s\S]b/],
    ['/\\u00e4|\\w+/u', /\u00e4|\w+/u],
    ['/^(?:(\\w)\\d?)+$/', /^(?:(\w)\d?)+$/],
  ]
  for (const [text, expression] of expressions) {
    it(`finds and replaces as the engine of a browser does: ${text}`, () => {
      const read = pattern(text)
      for (const each of texts) {
        const match = expression.exec(each)
        assert.equal(read.test(each), match !== null, each)
        assert.deepEqual(read.find(each)?.groups, match === null ? undefined : [...match], each)
        assert.deepEqual({ ...read.find(each)?.named }, { ...match?.groups }, each)
        assert.equal(read.replace(each, '<$1|$&|$$>'), each.replace(expression, '<$1|$&|$$>'), each)
      }
    })
  }

  for (const text of ['(', '/[/', '/a/xyz', '(?<a']) {
    it(`takes ${text} for no pattern`, () => assert.equal(readPattern(text), 'invalid'))
  }

  for (const text of ['/^(?!a)/', '/(a)\\1/', `/${'a'.repeat(10_001)}/`, '/((a{0,99}){0,99}){0,99}/'])
    it(`leaves what takes too long or too much: ${text.slice(0, 30)}`, () =>
      assert.equal(readPattern(text), 'unread'))

  it('ends, whatever strangers write', () => {
    const text = `${'a'.repeat(100_000)}!`
    for (const hostile of ['/(a+)+$/', '(a|a)*b', '/(.*)*.*x/'])
      assert.equal(pattern(hostile).test(text), false)
  })
})
