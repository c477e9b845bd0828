import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { applyInsertions, insertItem, insertMember } from '../update/json-edit.ts'
import type { KnownPanels } from './dashboard-body.ts'
import { type JsonText, parseJsonText, reparseJsonText } from './json-text.ts'
import { readParsed } from './read.ts'
import { variedDashboards } from './testing/varied.ts'

const panel = {
  id: 900,
  type: 'timeseries',
  title: 'É "\\',
  targets: [{ expr: 'a_b', refId: 'A' }],
  __proto__: null,
}

/** Every list of panels, queries, rows or items in a text, with all places for one more. */
function insertionsInto({ root }: JsonText, text: string) {
  const found = [root]
  for (const node of found) found.push(...(node.items ?? []), ...(node.members?.values() ?? []))
  const lists = found.filter(({ items }) => items?.some(({ members }) => members !== undefined))
  const objects = found.filter(({ members }) => members?.has('__proto__') || members?.has('title'))
  return [
    ...lists.flatMap(
      (array) => array.items?.map((_, after) => insertItem(text, { array, after, value: panel })) ?? [],
    ),
    ...objects.map((object) => insertMember(text, { object, key: '__proto__x"', value: [panel, 1e3, null] })),
  ]
}

describe('reparseJsonText', () => {
  for (const { name, text: whole } of variedDashboards) {
    it(`gives what a whole reading gives, for each insertion into: ${name}`, () => {
      const file = 'd.json'
      const before = parseJsonText({ file, text: whole })
      const panels: KnownPanels = new WeakMap()
      readParsed(file, before, panels)
      for (const insertion of insertionsInto(before, whole)) {
        const text = applyInsertions(whole, [insertion])
        const fresh = parseJsonText({ file, text })
        const again = reparseJsonText(before, { file, text, same: insertion.offset })
        assert.deepEqual(again.root, fresh.root)
        assert.deepEqual(readParsed(file, again, panels), readParsed(file, fresh))
        for (let offset = 0; offset <= text.length; offset += 97)
          assert.equal(again.lines.lineOf(offset), fresh.lines.lineOf(offset))
      }
    })
  }

  it('takes over what stands before, and keeps keys that objects inherit', () => {
    const text = '[{"a": [1]}, {"__proto__": {"b": 2}}, 3]'
    const before = parseJsonText({ file: 'd.json', text })
    const again = reparseJsonText(before, {
      file: 'd.json',
      text: text.replace(', 3', ', 3, 4'),
      same: text.length - 1,
    })
    assert.equal(again.root.items?.[0], before.root.items?.[0])
    const inner = reparseJsonText(before, {
      file: 'd.json',
      text: text.replace('2}', '2, "c": 3}'),
      same: 30,
    })
    assert.deepEqual(JSON.stringify(inner.root.value), '[{"a":[1]},{"__proto__":{"b":2,"c":3}},3]')
  })
})
