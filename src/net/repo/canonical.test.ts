import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode, toBytes, toCidLink } from '@atcute/cbor'
import { create } from '@atcute/cid'
import type { RejectReason } from '../firehose/rejection.ts'
import { checkCanonical, maxDepth } from './canonical.ts'
import { Rejection } from './rejection.ts'

const nested = (levels: number) => `${'81'.repeat(levels)}00`
const digest = '12'.repeat(32)

const good: Record<string, string> = {
  'a map': 'a1616101',
  'shorter keys first': 'a261620162616102',
  'the largest integer': '1b001fffffffffffff',
  'the smallest integer': '3b001ffffffffffffe',
  'true, false, null': '83f5f4f6',
  'text beyond ASCII': '64f09f8c8a',
  'a link to DAG-CBOR': `d82a58250001711220${digest}`,
  'a link to raw bytes': `d82a58250001551220${digest}`,
  'a key named __proto__': 'a1695f5f70726f746f5f5f01',
  'the deepest nesting': nested(maxDepth),
}

const bad: [what: string, hex: string, reason: RejectReason][] = [
  ['an integer in two bytes that needs one', '1801', 'canonical'],
  ['an integer in three bytes that needs two', '1900ff', 'canonical'],
  ['an integer in five bytes that needs three', '1a0000ffff', 'canonical'],
  ['an integer in nine bytes that needs five', '1b00000000ffffffff', 'canonical'],
  ['a length longer than needed', '580100', 'canonical'],
  ['keys unsorted', 'a2616201616102', 'canonical'],
  ['keys sorted without their length', 'a2626161016162', 'canonical'],
  ['a key twice', 'a2616101616102', 'canonical'],
  ['a key that is a number', 'a10102', 'canonical'],
  ['an array of indefinite length', '9f01ff', 'canonical'],
  ['a map of indefinite length', 'bf616101ff', 'canonical'],
  ['text of indefinite length', '7f6161ff', 'canonical'],
  ['bytes of indefinite length', '5f4101ff', 'canonical'],
  ['undefined', 'f7', 'canonical'],
  ['a simple value', 'f0', 'canonical'],
  ['a simple value in two bytes', 'f8ff', 'canonical'],
  ['a float of 16 bits', 'f93c00', 'canonical'],
  ['a float of 32 bits', 'fa3f800000', 'canonical'],
  ['a float of 64 bits', 'fb3ff8000000000000', 'canonical'],
  ['not a number', 'fb7ff8000000000000', 'canonical'],
  ['a tag for dates', 'c06161', 'canonical'],
  ['a link that is not bytes', 'd82a01', 'canonical'],
  ['a link without the leading zero', `d82a5825ff01711220${digest}`, 'canonical'],
  ['a link that is too short', 'd82a4100', 'canonical'],
  ['a link to another codec', `d82a582500017012 20${digest}`, 'canonical'],
  ['a link with another hash', `d82a582500017113 20${digest}`, 'canonical'],
  ['a link of CID version 0', `d82a5825001220${digest}0000`, 'canonical'],
  ['an integer of 2^53', '1b0020000000000000', 'canonical'],
  ['an integer of 2^63', '1b8000000000000000', 'canonical'],
  ['an integer of -2^53', '3b001fffffffffffff', 'canonical'],
  ['nothing', '', 'decode'],
  ['bytes after the value', '0101', 'decode'],
  ['text that is not UTF-8', '62c328', 'decode'],
  ['a lone surrogate', '63eda080', 'decode'],
  ['a key that is not UTF-8', 'a162c32801', 'decode'],
  ['bytes cut off', '450102', 'decode'],
  ['a number cut off', '1901', 'decode'],
  ['a link cut off', 'd82a582500017112', 'decode'],
  ['an array longer than its bytes', '9b00000001ffffffff', 'decode'],
  ['a map longer than its bytes', 'bb00000001ffffffff', 'decode'],
  ['text of 2^63 bytes', '7b8000000000000000', 'decode'],
  ['a break without a beginning', 'ff', 'decode'],
  ['a reserved length', '1c', 'decode'],
  ['an integer of indefinite length', '1f', 'decode'],
  ['one level too deep', nested(maxDepth + 1), 'depth'],
  ['maps one level too deep', `${'a16161'.repeat(maxDepth + 1)}00`, 'depth'],
  ['a million levels', nested(1_000_000), 'depth'],
]

const fromHex = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

describe('canonical DAG-CBOR', () => {
  for (const [what, hex] of Object.entries(good)) {
    it(`accepts ${what}`, () => checkCanonical(fromHex(hex)))
  }

  for (const [what, hex, reason] of bad) {
    it(`refuses ${what} as ${reason}`, () => {
      assert.throws(() => checkCanonical(fromHex(hex)), { name: 'Rejection', reason })
    })
  }

  it('agrees with an encoder on whatever it writes', async () => {
    const link = toCidLink(await create(0x71, Uint8Array.of(1)))
    for (let round = 0; round < 500; round++) {
      const bytes = encode(anything(4, link))
      checkCanonical(bytes)
      decode(bytes)
    }
  })

  it('refuses every prefix of a value', () => {
    const bytes = encode({ list: [1, 'two', toBytes(Uint8Array.of(3))], text: 'è', number: 70_000 })
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => checkCanonical(bytes.subarray(0, length)), { reason: 'decode' })
  })

  it('answers damaged bytes with nothing but a Rejection', () => {
    const bytes = encode({ list: [1, 'two', { a: toBytes(Uint8Array.of(3)) }], text: 'è', number: 70_000 })
    for (let position = 0; position < bytes.length; position++) {
      for (let byte = 0; byte < 256; byte++) {
        const damaged = bytes.with(position, byte)
        try {
          checkCanonical(damaged)
        } catch (error) {
          assert.ok(error instanceof Rejection)
          continue
        }
        decode(damaged)
      }
    }
  })
})

function anything(depth: number, link: unknown): unknown {
  const kinds = [
    () => Math.trunc((Math.random() - 0.5) * 2 ** Math.floor(Math.random() * 53)),
    () => 'wörds '.repeat(Math.random() * 60),
    () => toBytes(new Uint8Array(Math.random() * 300)),
    () => Math.random() < 0.5,
    () => null,
    () => link,
    () => Array.from({ length: Math.random() * 30 }, () => anything(depth - 1, link)),
    () =>
      Object.fromEntries(
        Array.from({ length: Math.random() * 30 }, () => [randomKey(), anything(depth - 1, link)]),
      ),
  ]
  return kinds[Math.floor(Math.random() * (depth > 0 ? kinds.length : 6))]?.()
}

const randomKey = () =>
  Math.random()
    .toString(36)
    .slice(2, 2 + Math.random() * 8)
