import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { placesOf, replaceName } from './name-in-text.ts'

describe('placesOf', () => {
  const cases = [
    { name: 'up', text: 'up + sum(up) - up_x - xup - up', places: [0, 9, 28] },
    { name: 'a(b', text: 'a(b a(bc', places: [0] },
    { name: '$x', text: '$x $$x', places: [0, 4] },
    { name: 'aa', text: 'aaa aa', places: [4] },
    { name: '', text: 'a', places: [] },
    { name: 'a', text: '', places: [] },
  ]
  for (const { name, text, places } of cases)
    it(`finds "${name}" in "${text}"`, () => assert.deepEqual([...placesOf(name, text, /\w/)], places))
})

describe('replaceName', () => {
  it('takes name and replacement as they are', () => {
    assert.equal(replaceName('a.b', 'a.b, a-b, a.b.c', /[\w.]/, '$&'), '$&, a-b, a.b.c')
    assert.equal(replaceName('+ +', '+ + +', /\w/, '-'), '- +')
  })

  it('takes names that are too long for a regular expression', () => {
    const name = '${a:'.repeat(300_000)
    assert.equal(replaceName(name, `The panel ${name} is odd.`, /\w/, '…'), 'The panel … is odd.')
  })
})
