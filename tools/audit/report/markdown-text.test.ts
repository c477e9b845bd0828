import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { code, percent, text } from './markdown-text.ts'
import { plain, wrap } from './wrap.ts'

describe('text of reports', () => {
  it('takes nothing that strangers wrote for Markdown', () => {
    assert.equal(text('a|b <img> [x](y)\n# `c` *d*'), 'a\\|b \\<img\\> \\[x\\](y) \\# \\`c\\` \\*d\\*')
    assert.equal(text('http_requests_total of __name__'), 'http_requests_total of \\_\\_name\\_\\_')
  })

  it('keeps backticks and bars in code', () => {
    assert.equal(code('a`b|c'), '`` a`b\\|c ``')
    assert.equal(code('plain'), '`plain`')
  })

  it('calls only all 100 % and only nothing 0 %', () => {
    assert.deepEqual([0, 0.001, 0.5, 0.999, 1].map(percent), ['0 %', '1 %', '50 %', '99 %', '100 %'])
  })

  it('lets nothing steer a terminal', () => {
    assert.equal(plain('a\u001b[31mb\u202ec'), 'a [31mb c')
  })

  it('breaks lines at blanks, never within a word', () => {
    assert.deepEqual(wrap('one two three abcdefghijkl', 9), ['one two', 'three', 'abcdefghijkl'])
  })
})
