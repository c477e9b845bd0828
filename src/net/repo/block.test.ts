import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { create, toString as format } from '@atcute/cid'
import { blockOf, checkBlocks, encodeBlock, requireBlock } from './block.ts'
import { cidText } from './cid.ts'

describe('a block', () => {
  it('is named by its hash', async () => {
    const block = encodeBlock({ text: 'ebb', n: 3 })
    const bytes = new Uint8Array(block.bytes)
    assert.equal(cidText(block.cid), format(await create(0x71, bytes)))
  })

  it('keeps no more memory than its bytes', () => {
    const { bytes } = encodeBlock({ a: 1 })
    assert.equal(bytes.buffer.byteLength, bytes.length)
  })
})

describe('blocks', () => {
  const good = encodeBlock({ a: 1 })
  const loose = blockOf(Buffer.from('1801', 'hex'))
  const raw = { cid: good.cid.replace('\x71', '\x55'), bytes: good.bytes }
  const asMap = (...blocks: readonly (typeof good)[]) =>
    new Map(blocks.map(({ cid, bytes }) => [cid, Buffer.from(bytes)]))

  it('pass when each is what its CID says, and canonical where that says DAG-CBOR', () => {
    checkBlocks(asMap(good, raw, { ...blockOf(loose.bytes), cid: loose.cid.replace('\x71', '\x55') }))
  })

  it('are refused when one is not what its CID says', () => {
    assert.throws(() => checkBlocks(asMap(good, { cid: raw.cid, bytes: loose.bytes })), { reason: 'cid' })
  })

  it('are refused when one is not canonical', () => {
    assert.throws(() => checkBlocks(asMap(good, loose)), { reason: 'canonical' })
  })

  it('give the one that is asked for, or say which is missing', () => {
    const blocks = asMap(good)
    assert.equal(requireBlock(blocks, good.cid), blocks.get(good.cid))
    assert.throws(() => requireBlock(blocks, loose.cid), {
      reason: 'cid',
      message: new RegExp(cidText(loose.cid)),
    })
  })
})
