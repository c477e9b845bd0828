import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findFault } from './json-fault.ts'

const valid = [
  '{"a": [1, 2.5e3, "x\\n\\u00e9\\\\", null, true], "b": {"c": "d"}}',
  '[[], {}, -0, 1E+5, [[false]]]',
  '"\\\\\\""',
]
const characters = '"\\{}[]:,09eE.+-tfnu \n\t\u0001é'

/** Texts that a character or four keep from being what they were, some of them still JSON. */
function* bent(count: number): Generator<string> {
  let state = 1
  const below = (limit: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % limit
  }
  for (let made = 0; made < count; made += 1) {
    let text = valid[below(valid.length)] ?? ''
    for (let times = below(4); times >= 0; times -= 1) {
      const at = below(text.length + 1)
      text = text.slice(0, at) + (characters[below(characters.length)] ?? '') + text.slice(at + below(2))
    }
    yield text
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('findFault', () => {
  it('finds a fault exactly where JSON.parse does not read a text', () => {
    const texts = [...valid, ...bent(20_000)]
    assert.deepEqual(
      texts.filter((text) => isJson(text) !== (findFault(text, 0) === undefined)),
      [],
    )
  })

  const long = 'a'.repeat(200_000)
  const faults = [
    {
      name: 'a line break in a long string',
      before: `{"title": "${long}`,
      after: '\nb"}',
      expected: /quote/,
    },
    { name: 'a tab in a long key', before: `{"${long}`, after: '\t": 1}', expected: /quote/ },
    {
      name: 'an escape that there is not',
      before: `["${'\\n'.repeat(100_000)}`,
      after: '\\q"]',
      expected: /escape/,
    },
    { name: 'an escape cut short', before: `["${long}`, after: '\\u12"]', expected: /escape/ },
    { name: 'a string that is never closed', before: `["${long}`, after: '', expected: /quote/ },
    {
      name: 'a bracket too many',
      before: `[${'1,'.repeat(100_000)}1]`,
      after: ']',
      expected: /end of the file/,
    },
    { name: 'a list in lists', before: `${'['.repeat(100_000)}`, after: '}', expected: /value/ },
  ]
  for (const { name, before, after, expected } of faults) {
    it(`tells the character of ${name}`, () => {
      const fault = findFault(before + after, 0)
      assert.equal(fault?.offset, before.length)
      assert.match(fault?.expected ?? '', expected)
    })
  }
})
