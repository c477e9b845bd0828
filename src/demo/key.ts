import { hash } from 'node:crypto'
import { createRequire } from 'node:module'
import { Secp256k1PrivateKeyExportable } from '@atcute/crypto'

/** The key that signs a repo's commits: k256, as AT Protocol names it. */
export interface SigningKey {
  /** The public key as a DID document writes it. */
  readonly multikey: string
  /** Signs the SHA-256 of `bytes`: 64 bytes, low-S. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** @param secret 32 bytes. */
export async function importSigningKey(secret: Uint8Array): Promise<SigningKey> {
  const key = await Secp256k1PrivateKeyExportable.importRaw(new Uint8Array(secret))
  const multikey = await key.exportPublicKey('multikey')
  const addon = native
  if (addon === undefined) return { multikey, sign: (bytes) => key.sign(bytes) }
  return {
    multikey,
    sign: (bytes) => addon.ecdsaSign(hash('sha256', bytes, 'buffer'), secret).signature,
  }
}

interface Secp256k1 {
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { readonly signature: Uint8Array }
}

/** The addon signs ten times faster than node:crypto; it is optional, and its fallback in plain JavaScript is slower. */
function loadNative(): Secp256k1 | undefined {
  try {
    return createRequire(import.meta.url)('secp256k1/bindings.js') as Secp256k1
  } catch {
    return undefined
  }
}

const native = loadNative()
