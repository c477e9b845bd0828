import assert from 'node:assert/strict'
import { matchesGlob } from 'node:path'
import { describe, it } from 'node:test'
import { compilePattern } from '../promql/pattern.ts'
import { globExpression } from './glob-pattern.ts'

const matches = (glob: string, path: string) => {
  const pattern = compilePattern(globExpression(glob))
  return typeof pattern === 'string' ? assert.fail(`${glob}: ${pattern}`) : pattern.test(path)
}

describe('globExpression', () => {
  const paths = [
    'a.ts',
    'b.json',
    'src/a.ts',
    'src/b/a.ts',
    'src/b/c/a.test.ts',
    'dashboards/a.json',
    'dashboards/[x].json',
    'dashboards/a+b.json',
    'src',
  ]
  const globs = [
    '*',
    '**',
    '*.ts',
    '**/*.ts',
    'src/**',
    'src/**/*.ts',
    'src/*/a.ts',
    'src/?/a.ts',
    '**/a.*',
    '*/[ab].json',
    '*/[!b].json',
    'dashboards/{a,b}.json',
    '{src,dashboards}/{a,b}.{ts,json}',
    'dashboards/a+b.json',
    '(src)/a.ts',
    'src/**/b/**/*.test.ts',
  ]
  for (const glob of globs) {
    it(`says what Node says of ${glob}`, () => {
      for (const path of paths) assert.equal(matches(glob, path), matchesGlob(path, glob), path)
    })
  }

  for (const glob of ['{', '}', '{a', '[', '[]', '[!]', 'a{b{c,d}', '\\', '[z-a]', '***', '(', '|'])
    it(`makes a regular expression of ${glob}, or one that is refused`, () => {
      const pattern = compilePattern(globExpression(glob))
      assert.ok(pattern === 'invalid' || typeof pattern === 'object')
    })

  it('ends, whatever strangers write', () => {
    assert.equal(matches(`${'*a'.repeat(50)}b`, 'a'.repeat(10_000)), false)
    assert.equal(matches(`${'**/a/'.repeat(30)}b`, 'a/'.repeat(3000)), false)
    assert.equal(matches('{a,b}'.repeat(50), `${'ab'.repeat(25)}!`), false)
  })
})
