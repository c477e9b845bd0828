import { hash } from 'node:crypto'
import { CidLinkWrapper } from '@atcute/cbor'
import { fromString } from '@atcute/cid'

/**
 * A CID as its 36 bytes, one character for each: compares, hashes and looks up faster than bytes do.
 * Only what AT Protocol allows: version 1, DAG-CBOR or raw, SHA-256.
 */
export type Cid = string

export const cidLength = 36

/** Tells whether the bytes from `offset` on begin with a CID of the allowed kinds. */
export function isCidAt(bytes: Uint8Array, offset: number): boolean {
  const codec = bytes[offset + 1]
  return (
    bytes[offset] === 0x01 &&
    (codec === 0x71 || codec === 0x55) &&
    bytes[offset + 2] === 0x12 &&
    bytes[offset + 3] === 0x20 &&
    offset + cidLength <= bytes.length
  )
}

/** Tells whether a CID names DAG-CBOR; otherwise it names raw bytes. */
export function isDagCbor(cid: Cid): boolean {
  return cid[1] === '\x71'
}

/** The CID of a block of DAG-CBOR. */
export function cidOf(block: Uint8Array): Cid {
  return dagCbor + hash('sha256', block, 'binary')
}

/** Tells whether a CID is that of a block. */
export function isCidOf(cid: Cid, block: Uint8Array): boolean {
  return cid.endsWith(hash('sha256', block, 'binary'))
}

/** A link as the decoder of CBOR gives it; a map with the key `$link` is not one. */
export function isLink(value: unknown): value is CidLinkWrapper {
  return value instanceof CidLinkWrapper
}

export function linkedCid({ bytes }: CidLinkWrapper): Cid {
  return Buffer.from(bytes.buffer, bytes.byteOffset, cidLength).toString('latin1')
}

/** A link as the encoder of CBOR takes it. */
export function linkTo(cid: Cid): CidLinkWrapper {
  return new CidLinkWrapper(Uint8Array.from(Buffer.from(cid, 'latin1')))
}

/** The CID as it is written in text: a `b`, then base32. */
export function cidText(cid: Cid): string {
  let text = 'b'
  let bits = 0
  let value = 0
  for (let index = 0; index < cid.length; index++) {
    value = (value << 8) | cid.charCodeAt(index)
    for (bits += 8; bits >= 5; ) {
      bits -= 5
      text += alphabet[(value >> bits) & 31]
    }
    value &= 31
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text
}

/** Reads what `cidText` writes. @throws when it is not a CID. */
export function parseCid(text: string): Cid {
  return Buffer.from(fromString(text).bytes).toString('latin1')
}

/** How the CID of a block of DAG-CBOR begins: version, codec, kind and length of the hash. */
const dagCbor = '\x01\x71\x12\x20'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
