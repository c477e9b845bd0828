import { createPublicKey, hash, verify } from 'node:crypto'
import { parsePublicMultikey } from '@atcute/crypto'
import { InvalidError } from '../../model/errors.ts'
import { type NativeSecp256k1, nativeSecp256k1 } from './secp256k1.ts'

/** A public key, imported once and used for many signatures. */
export interface VerifyingKey {
  /**
   * Tells whether `signature` is one of `message` by this key: ECDSA with SHA-256 in 64 bytes, and of the two forms
   * that always fit only the one with the low S, as AT Protocol demands.
   */
  readonly verifies: (message: Uint8Array, signature: Uint8Array) => boolean
}

/**
 * Imports the key of a DID document (https://atproto.com/specs/cryptography).
 *
 * @param multikey `z…`, of the curves k256 and p256
 * @throws {InvalidError} when it is not such a key.
 */
export function importKey(multikey: string, native: NativeSecp256k1 | null = nativeSecp256k1): VerifyingKey {
  try {
    const { type, publicKeyBytes } = parsePublicMultikey(multikey)
    if (type === 'p256') return opensslKey(publicKeyBytes, p256)
    return native ? nativeKey(publicKeyBytes, native) : opensslKey(publicKeyBytes, k256)
  } catch (cause) {
    throw new InvalidError('the signing key is not a public key on the curve k256 or p256', { cause })
  }
}

function nativeKey(bytes: Uint8Array, native: NativeSecp256k1): VerifyingKey {
  // Uncompressed, so that the point is not computed again for each signature.
  const key = native.publicKeyConvert(bytes, false)
  return {
    verifies: (message, signature) => {
      if (signature.length !== 64) return false
      try {
        // Digesting to a string and back takes a third of the time.
        const digest = Buffer.from(hash('sha256', message, 'binary'), 'latin1')
        return native.ecdsaVerify(signature, digest, key)
      } catch {
        // It throws for numbers that are not points of the curve.
        return false
      }
    },
  }
}

function opensslKey(bytes: Uint8Array, { prefix, halfOrder }: Curve): VerifyingKey {
  const der = Buffer.concat([prefix, bytes])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return {
    verifies: (message, signature) =>
      signature.length === 64 &&
      Buffer.compare(signature.subarray(32), halfOrder) <= 0 &&
      verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature),
  }
}

interface Curve {
  /** SubjectPublicKeyInfo up to the compressed point, which has 33 bytes. */
  readonly prefix: Buffer
  /** The largest S that is low. */
  readonly halfOrder: Buffer
}

const k256: Curve = {
  prefix: Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex'),
  halfOrder: Buffer.from('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0', 'hex'),
}

const p256: Curve = {
  prefix: Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
  halfOrder: Buffer.from('7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8', 'hex'),
}
