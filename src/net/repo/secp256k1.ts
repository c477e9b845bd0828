import { createRequire } from 'node:module'

/** The part of the package `secp256k1` that is used: the binding of libsecp256k1. */
export interface NativeSecp256k1 {
  publicKeyConvert(key: Uint8Array, compressed: boolean): Uint8Array
  /** Refuses a high S by itself. */
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { readonly signature: Uint8Array }
}

/**
 * The package is optional, and several times faster than what stands in for it where it could not be installed:
 * OpenSSL verifies, @atcute/crypto signs. Its own fallback in JavaScript is slower than either, and not used.
 */
export const nativeSecp256k1: NativeSecp256k1 | null = load()

function load(): NativeSecp256k1 | null {
  try {
    return createRequire(import.meta.url)('secp256k1/bindings.js')
  } catch {
    return null
  }
}
