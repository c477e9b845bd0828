import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUint8Array } from '@atcute/car'
import { create, toString as format } from '@atcute/cid'
import { createBlock, encodeCar } from './block.ts'

describe('createBlock', () => {
  it('names the bytes by their hash', async () => {
    const block = createBlock({ text: 'ebb', n: 3 })
    assert.equal(block.link.$link, format(await create(0x71, block.bytes)))
  })

  it('keeps no more memory than its bytes', () => {
    const { bytes } = createBlock({ a: 1 })
    assert.equal(bytes.buffer.byteLength, bytes.length)
  })
})

describe('encodeCar', () => {
  const cases = [
    { name: 'no blocks', values: [] },
    { name: 'small blocks', values: ['a', { b: 2 }, [3]] },
    {
      name: 'blocks whose lengths take one, two and three bytes',
      values: ['x'.repeat(80), 'x'.repeat(9000), 'x'.repeat(70_000)],
    },
  ]
  for (const { name, values } of cases) {
    it(`writes ${name} as a reader expects them`, () => {
      const root = createBlock('root')
      const blocks = values.map((value) => createBlock(value))
      const reader = fromUint8Array(encodeCar(root.link, [root, ...blocks]))
      assert.deepEqual(
        reader.header.data.roots.map(({ $link }) => $link),
        [root.link.$link],
      )
      assert.deepEqual(
        [...reader].map(({ cid, bytes }) => [format(cid), Buffer.from(bytes)]),
        [root, ...blocks].map(({ link, bytes }) => [link.$link, Buffer.from(bytes)]),
      )
    })
  }
})
