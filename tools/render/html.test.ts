import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { html, jsonScript } from './html.ts'
import { markdown } from './markdown.ts'

const hostile = `"><script>alert('1')</script>\`&`

describe('html', () => {
  it('escapes everything that is put in', () => {
    const one = html`<p title="${hostile}">${[html`<b>${'<'}</b>`]}${undefined}${3}</p>`.html
    assert.match(one, /^<p title="[^<>"'`]*"><b>&#60;<\/b>3<\/p>$/)
    assert.doesNotMatch(html`<p title="${hostile}">${hostile}</p>`.html, /<script|'|`|&(?!#)/)
  })
  it('lets data in a script end neither the script nor the line', () => {
    const { html: text } = jsonScript({ a: '</script><!--\u2028' })
    assert.match(text, /^<script type="application\/json">[^<>\u2028]*<\/script>$/)
    assert.deepEqual(JSON.parse(text.replaceAll(/<[^>]*>/g, '')), { a: '</script><!--\u2028' })
  })
})

describe('markdown', () => {
  const cases = [
    [
      '# Title\n\ntext *a* **b** `c`',
      '<h1>Title</h1><p>text <em>a</em> <strong>b</strong> <code>c</code></p>',
    ],
    ['- one\n- two', '<ul><li>one</li><li>two</li></ul>'],
    ['[a](https://example.org/x)', '<p><a href="https://example.org/x" rel="noreferrer">a</a></p>'],
    ['[a](javascript:x)', '<p>a</p>'],
    ['<img src=x>', '<p>&#60;img src=x&#62;</p>'],
    ['```\n<b>\n```', '<pre>&#60;b&#62;</pre>'],
  ] as const
  for (const [text, expected] of cases)
    it(`writes ${JSON.stringify(text)}`, () => assert.equal(markdown(text).html, expected))
})
