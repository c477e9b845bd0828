import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, toBytes, toCidLink } from '@atcute/cbor'
import { create } from '@atcute/cid'
import { recordJson } from './record-json.ts'

const show = (bytes: Uint8Array) => {
  const record = {
    did: 'did:plc:a',
    collection: 'a.b.c',
    rkey: 'x',
    cid: 'bafy',
    rev: '3k',
    indexedAtMs: 0,
    bytes,
  }
  return JSON.parse(JSON.stringify(recordJson(record as Parameters<typeof recordJson>[0])))
}

const nested = (levels: number) =>
  Buffer.concat([Buffer.from('a16161', 'hex'), Buffer.alloc(levels, 0x81), Buffer.of(0)])
const linkOfVersion0 = Buffer.concat([
  Buffer.from('a1616cd82a582300', 'hex'),
  Buffer.of(0x12, 0x20),
  Buffer.alloc(32),
])

describe('a record in JSON', () => {
  it('has its links and bytes as AT Protocol writes them', async () => {
    const link = toCidLink(await create(0x71, Uint8Array.of(1)))
    const { value, bytes } = show(encode({ link, data: toBytes(Uint8Array.of(1, 2, 3)), text: 'a' }))
    assert.deepEqual(value, { link: { $link: link.$link }, data: { $bytes: 'AQID' }, text: 'a' })
    assert.equal(bytes, undefined)
  })

  const unreadable: Record<string, Uint8Array> = {
    'that is no CBOR': Buffer.of(0xff),
    'without a byte': Buffer.alloc(0),
    'with a link of CID version 0': linkOfVersion0,
    'of 300 levels': nested(300),
    'of 100,000 levels': nested(100_000),
  }
  for (const [what, bytes] of Object.entries(unreadable)) {
    it(`is its bytes, and no value: one ${what}`, () => {
      const json = show(bytes)
      assert.equal(json.value, null)
      assert.deepEqual(Buffer.from(json.bytes, 'base64'), Buffer.from(bytes))
    })
  }

  it('has its value where only the form is unusual', () => {
    assert.deepEqual(show(Buffer.from('a16161fb3ff8000000000000', 'hex')).value, { a: 1.5 })
    assert.ok(show(nested(200)).value)
  })
})
