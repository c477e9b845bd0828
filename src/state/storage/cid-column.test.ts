import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import { CidLinkWrapper, fromString } from '@atcute/cid'
import { cidToColumn, columnToCid } from './cid-column.ts'

describe('the column of a CID', () => {
  for (const codec of [0x71, 0x55]) {
    it(`holds the 36 bytes of any CID of the codec ${codec}`, () => {
      for (let index = 0; index < 500; index++) {
        const digest = hash('sha256', `${index}`, 'buffer')
        const bytes = Uint8Array.from([1, codec, 0x12, 32, ...digest])
        const text = new CidLinkWrapper(bytes).$link
        assert.deepEqual(cidToColumn(text), bytes)
        assert.deepEqual(cidToColumn(text), Uint8Array.from(fromString(text).bytes))
        assert.equal(columnToCid(cidToColumn(text)), text)
      }
    })
  }

  const usual = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'
  const odd = {
    'of another version': 'QmWGeRAEgtsHW3ec7U4qW2CyVy7eA2mFRVbk1nb24jFyks',
    'with a bit too many': `${usual.slice(0, -1)}n`,
    'with a character that is none': `${usual.slice(0, -1)}1`,
    'with a length that its hash does not have': `bafyreiz${usual.slice(8)}`,
    'in capitals': `${usual.slice(0, 20)}${usual.slice(20).toUpperCase()}`,
    'with a character beyond ASCII': `${usual.slice(0, 30)}\u{161}${usual.slice(31)}`,
    'that is too long': `${usual}a`,
    'that is none': 'bafyrei',
    'that is empty': '',
  }
  for (const [what, text] of Object.entries(odd)) {
    it(`keeps a text ${what} as it is`, () => assert.equal(cidToColumn(text), text))
  }
})
