import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Block, blockOf, encodeBlock } from './block.ts'
import { checkRecord, maxRecordBytes, recordOddity } from './record.ts'

const record = encodeBlock({ $type: 'app.bsky.feed.post' })

describe('a record', () => {
  it('is a map', () => checkRecord(record.cid, record.bytes))

  const bad: readonly (readonly [what: string, block: Block, reason: string])[] = [
    ['a list', encodeBlock([]), 'decode'],
    ['text', encodeBlock('record'), 'decode'],
    ['nothing', encodeBlock(null), 'decode'],
    ['without a byte', blockOf(new Uint8Array()), 'decode'],
    ['of raw bytes', { ...record, cid: record.cid.replace('\x71', '\x55') }, 'decode'],
    ['larger than the limit', encodeBlock({ text: 'x'.repeat(maxRecordBytes) }), 'size'],
  ]
  for (const [what, { cid, bytes }, reason] of bad) {
    it(`is not ${what}`, () => {
      assert.throws(() => checkRecord(cid, bytes), { name: 'Rejection', reason })
    })
  }

  it('is not odd', () => assert.equal(recordOddity(record.cid, record.bytes), undefined))

  for (const [what, { cid, bytes }, reason] of [
    ...bad,
    ['with unsorted keys', blockOf(Buffer.from('a2616201616102', 'hex')), 'canonical'],
    ['nested too deep', blockOf(Buffer.from(`a16161${'81'.repeat(100)}00`, 'hex')), 'depth'],
  ] as const)
    it(`is odd ${what}`, () => assert.equal(recordOddity(cid, bytes), reason))
})
