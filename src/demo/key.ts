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

/**
 * @param secret the private key, 32 bytes.
 * @param multikey its public key, where that is known: finding it takes a millisecond.
 */
export async function importSigningKey(secret: Uint8Array, multikey?: string): Promise<SigningKey> {
  if (addon !== undefined && multikey !== undefined) return { multikey, sign: addonSign(addon, secret) }
  const key = await Secp256k1PrivateKeyExportable.importRaw(new Uint8Array(secret))
  return {
    multikey: multikey ?? (await key.exportPublicKey('multikey')),
    sign: addon === undefined ? (bytes) => key.sign(bytes) : addonSign(addon, secret),
  }
}

interface Secp256k1 {
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { readonly signature: Uint8Array }
}

/** The addon is optional. It signs ten times faster than node:crypto, which its own fallback does not. */
function loadAddon(): Secp256k1 | undefined {
  try {
    return createRequire(import.meta.url)('secp256k1/bindings.js') as Secp256k1
  } catch {
    return undefined
  }
}

const addon = loadAddon()

function addonSign({ ecdsaSign }: Secp256k1, secret: Uint8Array): SigningKey['sign'] {
  return (bytes) => ecdsaSign(hash('sha256', bytes, 'buffer'), secret).signature
}
