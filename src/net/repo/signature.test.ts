import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { P256PrivateKeyExportable, Secp256k1PrivateKeyExportable } from '@atcute/crypto'
import { nativeSecp256k1 } from './secp256k1.ts'
import { importKey } from './signature.ts'

const orders = {
  k256: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  p256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
}
const ways = [
  { way: 'k256 by libsecp256k1', curve: 'k256', native: nativeSecp256k1 },
  { way: 'k256 by OpenSSL', curve: 'k256', native: null },
  { way: 'p256', curve: 'p256', native: nativeSecp256k1 },
] as const
const message = Buffer.from('what was signed')

for (const { way, curve, native } of ways) {
  describe(`signatures of ${way}`, async () => {
    const Key = curve === 'k256' ? Secp256k1PrivateKeyExportable : P256PrivateKeyExportable
    const keypair = await Key.createKeypair()
    const key = importKey(await keypair.exportPublicKey('multikey'), native)
    const signature = await keypair.sign(message)

    it('are accepted', async () => {
      for (let round = 0; round < 20; round++) {
        const text = Buffer.from(`message ${round}`)
        assert.equal(key.verifies(text, await keypair.sign(text)), true)
      }
    })

    const wrong: Record<string, [message: Uint8Array, signature: Uint8Array]> = {
      'of another message': [Buffer.from('what was not signed'), signature],
      'of another key': [message, await (await Key.createKeypair()).sign(message)],
      'with a high S': [message, withHighS(signature, orders[curve])],
      'that are too short': [message, signature.subarray(0, 63)],
      'that are too long': [message, Buffer.concat([signature, Buffer.of(0)])],
      'of nothing': [message, Buffer.alloc(0)],
      'of zeros': [message, Buffer.alloc(64)],
      'beyond the order of the curve': [message, Buffer.alloc(64, 0xff)],
    }
    for (const [what, [text, bytes]] of Object.entries(wrong)) {
      it(`${what} are refused`, () => assert.equal(key.verifies(text, bytes), false))
    }
  })
}

describe('a signing key', () => {
  it('is verified by libsecp256k1 where it is installed', () => {
    assert.notEqual(nativeSecp256k1, null)
  })

  const bad = [
    '',
    'z',
    'zzzz',
    'not a key',
    'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    'zQ3shokFTS3brHcDQrn82RUDfCZESWL1Z',
  ]
  for (const multikey of bad) {
    it(`is not ${JSON.stringify(multikey)}`, () => {
      assert.throws(() => importKey(multikey), { name: 'InvalidError' })
    })
  }
})

/** The other S that fits the same message, which the curve allows and AT Protocol does not. */
function withHighS(signature: Uint8Array, order: bigint): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`)
  const high = (order - s).toString(16).padStart(64, '0')
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(high, 'hex')])
}
