import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atOnce } from '../../model/time-slices.ts'
import { type Condition, compileCondition, longestText } from './condition.ts'

const record = {
  text: 'The tide is High',
  size: 5,
  isNew: false,
  langs: ['en', 'de'],
  subject: { uri: 'at://did:plc:abc/app.bsky.feed.post/1' },
  embed: { images: [{ alt: 'a boat' }, { alt: 'a pier' }] },
  'odd.key': 1,
  long: `${'a'.repeat(longestText)}needle`,
  nothing: null,
}

const rows: readonly (readonly [Condition, boolean])[] = [
  [{ field: 'size', equals: 5 }, true],
  [{ field: 'size', equals: '5' }, false],
  [{ field: 'isNew', equals: false }, true],
  [{ field: 'langs', equals: 'de' }, true],
  [{ field: 'langs', equals: 'fr' }, false],
  [{ field: 'odd\\.key', equals: 1 }, true],
  [{ field: 'size', above: 4 }, true],
  [{ field: 'size', above: 5 }, false],
  [{ field: 'size', at_least: 5, at_most: 5 }, true],
  [{ field: 'size', below: 5 }, false],
  [{ field: 'text', below: 5 }, false],
  [{ field: 'text', contains: 'High' }, true],
  [{ field: 'text', contains: 'high' }, false],
  [{ field: 'size', contains: '5' }, false],
  [{ field: 'embed.images.alt', contains: 'pier' }, true],
  // One value passes both, or none does.
  [{ field: 'embed.images.alt', contains: 'pier', matches: 'boat' }, false],
  [{ field: 'text', matches: 'tide' }, true],
  [{ field: 'text', matches: '^tide' }, false],
  [{ field: 'text', matches: '(?i)high$' }, true],
  [{ field: 'text', matches: '^The.*High$' }, true],
  [{ field: 'size', matches: '5' }, false],
  [{ field: 'long', matches: 'needle' }, false],
  [{ field: 'long', contains: 'needle' }, true],
  [{ field: 'subject', exists: true }, true],
  [{ field: 'nothing', exists: true }, true],
  [{ field: 'reply', exists: true }, false],
  [{ field: 'reply', exists: false }, true],
  [{ field: 'size', exists: true, equals: 4 }, false],
  [
    {
      all: [
        { field: 'size', equals: 5 },
        { field: 'text', contains: 'tide' },
      ],
    },
    true,
  ],
  [
    {
      all: [
        { field: 'size', equals: 5 },
        { field: 'text', contains: 'ebb' },
      ],
    },
    false,
  ],
  [
    {
      any: [
        { field: 'size', equals: 4 },
        { field: 'text', contains: 'tide' },
      ],
    },
    true,
  ],
  [
    {
      any: [
        { field: 'size', equals: 4 },
        { field: 'text', contains: 'ebb' },
      ],
    },
    false,
  ],
  [{ not: { any: [{ field: 'size', equals: 4 }] } }, true],
  [{ field: '__proto__', exists: true }, false],
]

describe('a condition', () => {
  it('is judged in steps, one for each value that a pattern does not fit', () => {
    const texts = { field: 'texts', matches: 'never' }
    const { steps } = compileCondition({ any: [texts, { all: [{ not: texts }, texts] }] })
    assert.equal([...steps({ texts: ['a', 'b', 'c'] })].length, 9)
  })

  for (const [condition, expected] of rows) {
    it(`${JSON.stringify(condition)} is ${expected}`, () => {
      const { test, steps } = compileCondition(condition)
      assert.deepEqual([test(record), atOnce(steps(record))], [expected, expected])
    })
  }

  it('takes time in proportion to the text, whatever the pattern', () => {
    const { test } = compileCondition({ field: 'text', matches: '(a+a+)+b' })
    // A pattern that backtracks would take longer than the sun has left.
    assert.equal(test({ text: 'a'.repeat(longestText) }), false)
  })
})
