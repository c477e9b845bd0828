import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import { decode, encode, toBytes } from '@atcute/cbor'
import { Secp256k1PrivateKeyExportable } from '@atcute/crypto'
import { type Block, encodeBlock } from './block.ts'
import { cidOf, linkTo } from './cid.ts'
import { checkSignature, readCommit, signCommit } from './commit.ts'
import { importKey } from './signature.ts'

const keypair = await Secp256k1PrivateKeyExportable.importRaw(
  new Uint8Array(hash('sha256', 'a key', 'buffer')),
)
const key = importKey(await keypair.exportPublicKey('multikey'))
const data = cidOf(Buffer.from('a tree'))
const said = { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', rev: '3kaaaaaaaaa22', data }
const signed = await signCommit(said, (bytes) => keypair.sign(new Uint8Array(bytes)))

const read = ({ cid, bytes }: Block) => readCommit(new Map([[cid, Buffer.from(bytes)]]), cid)
const fields = decode(signed.bytes) as Readonly<Record<string, unknown>>

describe('a commit', () => {
  it('is read as it was written', () => {
    const { did, rev, data } = read(signed)
    assert.deepEqual({ did, rev, data }, said)
  })

  it('was signed without its signature', () => {
    const { sig: _, ...rest } = fields
    assert.deepEqual(Buffer.from(read(signed).unsigned), Buffer.from(encode(rest)))
  })

  it('is proven by the key that signed it, and by no other', async () => {
    checkSignature(read(signed), key)
    const other = await Secp256k1PrivateKeyExportable.createKeypair()
    const otherKey = importKey(await other.exportPublicKey('multikey'))
    assert.throws(() => checkSignature(read(signed), otherKey), { name: 'WrongKey', reason: 'signature' })
    assert.throws(() => checkSignature(read(signed), undefined), { name: 'WrongKey' })
  })

  for (const changed of [
    { rev: '3kaaaaaaaaa23' },
    { data: linkTo(cidOf(Buffer.from('another'))) },
    { more: 1 },
  ]) {
    it(`is not proven when ${Object.keys(changed)[0]} is changed`, () => {
      const forged = encodeBlock({ ...fields, ...changed })
      assert.throws(() => checkSignature(read(forged), key), { name: 'WrongKey' })
    })
  }

  const manyFields = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`k${i}`, i]))
  const bad: readonly (readonly [what: string, value: unknown, message: RegExp])[] = [
    ['text', 'commit', /did or rev/],
    ['nothing', null, /did or rev/],
    ['a map without a did', { ...fields, did: undefined }, /did or rev/],
    ['a map without a rev', { ...fields, rev: undefined }, /did or rev/],
    ['of another version', { ...fields, version: 2 }, /version or data/],
    ['one whose tree is not a link', { ...fields, data: 'bafy' }, /version or data/],
    ['one whose signature is not bytes', { ...fields, sig: 'signature' }, /sig is/],
    ['one with very many fields', { ...fields, ...manyFields }, /number of entries/],
  ]
  for (const [what, value, message] of bad) {
    it(`is not ${what}`, () => {
      assert.throws(() => read(encodeBlock(value)), { name: 'Rejection', reason: 'decode', message })
    })
  }

  it('must be among the blocks', () => {
    assert.throws(() => readCommit(new Map(), signed.cid), { name: 'Rejection', reason: 'cid' })
  })

  it('keeps its signature apart from other bytes', () => {
    const more = read(encodeBlock({ ...fields, extra: toBytes(Uint8Array.of(1, 2, 3)) }))
    assert.equal(more.signature.length, 64)
  })
})
