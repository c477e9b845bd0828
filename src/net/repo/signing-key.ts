import { hash } from 'node:crypto'
import { Secp256k1PrivateKeyExportable } from '@atcute/crypto'
import { type NativeSecp256k1, nativeSecp256k1 } from './secp256k1.ts'

/** The key that signs a repo's commits: k256, as AT Protocol names it. */
export interface SigningKey {
  /** The public key as a DID document writes it. */
  readonly multikey: string
  /** Signs the SHA-256 of `bytes`: 64 bytes, low-S. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/**
 * @param secret the private key, 32 bytes.
 * @param multikey its public key, where that is known: finding it takes a millisecond.
 */
export async function importSigningKey(secret: Uint8Array, multikey?: string): Promise<SigningKey> {
  if (nativeSecp256k1 && multikey !== undefined)
    return { multikey, sign: nativeSign(nativeSecp256k1, secret) }
  const key = await Secp256k1PrivateKeyExportable.importRaw(new Uint8Array(secret))
  return {
    multikey: multikey ?? (await key.exportPublicKey('multikey')),
    sign: nativeSecp256k1 ? nativeSign(nativeSecp256k1, secret) : (bytes) => key.sign(bytes),
  }
}

function nativeSign({ ecdsaSign }: NativeSecp256k1, secret: Uint8Array): SigningKey['sign'] {
  return (bytes) => ecdsaSign(hash('sha256', bytes, 'buffer'), secret).signature
}
