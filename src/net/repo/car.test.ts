import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUint8Array } from '@atcute/car'
import { encode } from '@atcute/cbor'
import { toString as format } from '@atcute/cid'
import { encodeBlock } from './block.ts'
import { readCar, writeCar } from './car.ts'
import { cidText, linkTo } from './cid.ts'

const root = encodeBlock('root')

describe('a CAR file', () => {
  const cases = [
    { name: 'no blocks', values: [] },
    { name: 'small blocks', values: ['a', { b: 2 }, [3]] },
    {
      name: 'blocks whose lengths take one, two and three bytes',
      values: ['x'.repeat(80), 'x'.repeat(9000), 'x'.repeat(70_000)],
    },
  ]
  for (const { name, values } of cases) {
    const blocks = [root, ...values.map(encodeBlock)]

    it(`of ${name} is written as another reader expects it`, () => {
      const reader = fromUint8Array(writeCar(root.cid, blocks))
      assert.deepEqual(
        reader.header.data.roots.map(({ $link }) => $link),
        [cidText(root.cid)],
      )
      assert.deepEqual(
        [...reader].map(({ cid, bytes }) => [format(cid), Buffer.from(bytes)]),
        blocks.map(({ cid, bytes }) => [cidText(cid), Buffer.from(bytes)]),
      )
    })

    it(`of ${name} is read as it was written`, () => {
      const car = readCar(Buffer.from(writeCar(root.cid, blocks)))
      assert.deepEqual(car.roots, [root.cid])
      assert.deepEqual(
        [...car.blocks],
        blocks.map(({ cid, bytes }) => [cid, Buffer.from(bytes)]),
      )
    })
  }

  it('may have no root, and says so', () => {
    const header = encode({ version: 1, roots: [] })
    assert.deepEqual(readCar(Buffer.from([header.length, ...header])).roots, [])
  })

  const whole = Buffer.from(writeCar(root.cid, [root]))
  const headed = (header: unknown) => {
    const bytes = encode(header)
    return Buffer.from([bytes.length, ...bytes])
  }
  const bad: readonly (readonly [what: string, bytes: Buffer, message: RegExp])[] = [
    ['nothing', Buffer.alloc(0), /ends within a length/],
    ['a header that is cut off', whole.subarray(0, 10), /header is cut off/],
    ['a header of another version', headed({ version: 2, roots: [linkTo(root.cid)] }), /header is wrong/],
    ['a header without roots', headed({ version: 1 }), /header is wrong/],
    ['roots that are not links', headed({ version: 1, roots: ['root'] }), /header is wrong/],
    ['a header that is not a map', headed(null), /header is wrong/],
    ['a length that never ends', Buffer.alloc(9, 0x80), /beyond all limits/],
    ['a block that is cut off', whole.subarray(0, -1), /block is cut off/],
    [
      'a block shorter than its CID',
      Buffer.concat([whole, Buffer.of(35), Buffer.from(`${root.cid.slice(0, 35)}\0`, 'latin1')]),
      /block is cut off/,
    ],
    ['a CID of another kind', Buffer.concat([whole, Buffer.of(40), Buffer.alloc(40)]), /kind of CID/],
  ]
  for (const [what, bytes, message] of bad) {
    it(`is not ${what}`, () => {
      assert.throws(() => readCar(bytes), { name: 'Rejection', reason: 'decode', message })
    })
  }

  it('is not cut off anywhere but between two blocks', () => {
    const blockAt = writeCar(root.cid, []).length
    for (let length = 0; length < whole.length; length++) {
      if (length === blockAt) continue
      assert.throws(() => readCar(whole.subarray(0, length)), { name: 'Rejection', reason: 'decode' })
    }
  })
})
