import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parsePublicMultikey, verifySig } from '@atcute/crypto'
import { createRandom } from '../../demo/random.ts'
import { importSigningKey } from './signing-key.ts'

describe('importSigningKey', () => {
  const random = createRandom('keys')
  const secret = random.bytes(32)
  const bytes = new TextEncoder().encode('the tide comes in')

  for (const known of [false, true]) {
    it(`signs what its multikey verifies${known ? ', with the multikey known' : ''}`, async () => {
      const { multikey } = await importSigningKey(secret)
      const key = await importSigningKey(secret, known ? multikey : undefined)
      const found = parsePublicMultikey(key.multikey)
      assert.equal(found.type, 'secp256k1')
      for (let round = 0; round < 20; round++) {
        const data = new Uint8Array([...bytes, round])
        const signature = new Uint8Array(await key.sign(data))
        assert.equal(await verifySig(found, signature, data), true)
        assert.equal(await verifySig(found, signature, bytes), false)
      }
    })
  }
})
