import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, toBytes } from '@atcute/cbor'
import { cidOf, linkTo } from './cid.ts'
import { layerOf } from './node.ts'
import { decodeNode } from './node-reader.ts'
import { encodeNode } from './node-writer.ts'

const link = linkTo(cidOf(Uint8Array.of(0)))
const key = (text: string) => toBytes(Buffer.from(text))
const entry = (k: string, p = 0, t: unknown = null) => ({ k: key(k), p, t, v: link })

/** Keys of a layer, in order. */
const keysOf = (layer: number) =>
  Array.from({ length: 3000 }, (_, index) => `a.b.c/${index.toString(36).padStart(3, '0')}`).filter(
    (text) => layerOf(text) === layer,
  )
const [first, second] = keysOf(0) as [string, string]
const [high] = keysOf(2) as [string]
const common = (() => {
  let length = 0
  while (first[length] === second[length]) length++
  return length
})()

const bad: [what: string, node: unknown][] = [
  ['text', 'node'],
  ['a map without entries', { l: null }],
  ['a map with another key', { e: [], l: null, m: null }],
  ['an entry without a value', { e: [{ k: key(first), p: 0, t: null }], l: null }],
  ['an entry whose value is null', { e: [{ ...entry(first), v: null }], l: null }],
  ['a key as text', { e: [{ ...entry(first), k: first }], l: null }],
  ['a prefix longer than the key before', { e: [entry(first), entry('zzz', 90)], l: null }],
  ['a prefix shorter than it could be', { e: [entry(first), entry(second)], l: null }],
  ['a negative prefix', { e: [entry(first, -1)], l: null }],
  ['keys out of order', { e: [entry(second), entry(first.slice(common), common)], l: null }],
  ['a key twice', { e: [entry(first), entry('', first.length)], l: null }],
  ['a key without a slash', { e: [entry('abc')], l: null }],
  ['a key that leaves its collection', { e: [entry('a.b.c/../d')], l: null }],
  ['a key of another layer', { e: [entry(high)], l: null }],
  ['a subtree below the lowest layer', { e: [entry(first, 0, link)], l: null }],
  ['nothing at all below another node', { e: [], l: null }],
  ['a subtree that is not a link', { e: [], l: 1 }],
]

describe('a node of a tree', () => {
  it('is written as it was read', () => {
    const e = [entry(first), entry(second.slice(common), common)]
    const bytes = Buffer.from(encode({ e, l: null }))
    const node = decodeNode(bytes, 0)
    assert.deepEqual(node.keys, [first, second])
    assert.deepEqual(encodeNode(node), bytes)
  })

  for (const [what, node] of bad) {
    it(`is not ${what}`, () => {
      assert.throws(() => decodeNode(Buffer.from(encode(node)), 0), { name: 'Rejection', reason: 'mst' })
    })
  }

  it('is not cut off anywhere', () => {
    const bytes = Buffer.from(encode({ e: [entry(first), entry(second.slice(common), common)], l: null }))
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => decodeNode(bytes.subarray(0, length), 0), { name: 'Rejection', reason: 'mst' })
  })

  it('may be empty as a root alone', () => {
    assert.equal(decodeNode(Buffer.from(encode({ e: [], l: null }))).keys.length, 0)
    assert.throws(() => decodeNode(Buffer.from(encode({ e: [], l: link }))), { reason: 'mst' })
  })
})
