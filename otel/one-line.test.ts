import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { oneLine } from './one-line.ts'

describe('oneLine', () => {
  const cases = [
    {
      it: 'keeps a line as it is',
      text: 'a.yaml:3: port – "80" is taken',
      line: 'a.yaml:3: port – "80" is taken',
    },
    { it: 'joins lines', text: ' a\n\tb\r\n\u2028c ', line: 'a b c' },
    { it: 'steers no terminal', text: 'a\u001b[31mb\u202ec\u0000', line: 'a [31mb c' },
    {
      it: 'leaves out the middle of what fills a screen',
      text: `a.yaml: ${'x'.repeat(1_000_000)}; mend it`,
      line: `a.yaml: ${'x'.repeat(992)} … ${'x'.repeat(991)}; mend it`,
    },
  ]
  for (const { it: behaviour, text, line } of cases) it(behaviour, () => assert.equal(oneLine(text), line))
})
