import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LabelStore } from './label-store.ts'
import { TextWriter, textNumber } from './text-writer.ts'

const written = (writer: TextWriter) => Buffer.concat(writer.finish()).toString()

const powers = Array.from({ length: 17 }, (_, i) => 10 ** i)
const numbers = [
  ...powers.flatMap((power) => [power - 1, power, power + 1]),
  ...[0, -0, 1.5, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 5e-324, 1e21, -1.7976931348623157e308],
  ...[Number.NaN, Infinity, -Infinity],
]

describe('TextWriter', () => {
  for (const value of numbers) {
    it(`writes ${textNumber(value)} as every format reads it`, () => {
      const writer = new TextWriter()
      writer.reserve(64)
      writer.number(value)
      assert.equal(written(writer), textNumber(value))
      assert.ok(Object.is(Number(textNumber(value).replace('Inf', 'Infinity')), value))
    })
  }

  it('goes on in a new piece where one is full', () => {
    const writer = new TextWriter(16)
    const store = new LabelStore()
    for (const labels of ['a="été"', '', 'b="🌊"']) store.add(labels)
    let expected = ''
    for (let i = 0; i < 20_000; i++) {
      const index = i % 3
      writer.reserve(32)
      const start = writer.position
      writer.labels(store, index)
      writer.again(start, writer.position)
      writer.number(i)
      writer.text(i % 7 === 0 ? ' # ü\n' : '\n')
      const labels = ['a="été"', '', 'b="🌊"'][index]
      expected += `${labels}${labels}${i}${i % 7 === 0 ? ' # ü\n' : '\n'}`
    }
    assert.ok(writer.piece > 2)
    assert.equal(written(writer), expected)
  })
})

describe('LabelStore', () => {
  it('keeps what was added in order, and forgets from an index on', () => {
    const store = new LabelStore()
    const all = Array.from({ length: 1000 }, (_, i) => 'é'.repeat(i % 11))
    for (const labels of all) store.add(labels)
    const read = () => Array.from({ length: store.count }, (_, i) => Buffer.from(store.at(i)).toString())
    assert.deepEqual(read(), all)
    for (const count of [900, 400, 3]) {
      store.truncate(count)
      assert.deepEqual(read(), all.slice(0, count))
    }
    store.add(Buffer.from('more'))
    assert.deepEqual(read(), [...all.slice(0, 3), 'more'])
    assert.equal(store.key(1) === store.key(2), false)
  })

  it('takes little more room than the labels do', () => {
    const store = new LabelStore()
    for (let i = 0; i < 10_000; i++) store.add('x'.repeat(50))
    assert.ok(store.bytes.length <= 10_000 * 50 * 1.13)
    store.truncate(10)
    assert.ok(store.bytes.length < 1000)
  })
})
