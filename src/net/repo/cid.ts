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
  let at = 0
  // Five bytes are eight characters, which are looked up in pairs.
  let index = 0
  for (; index < cidLength - 1; index += 5) {
    const one = cid.charCodeAt(index + 1)
    const two = cid.charCodeAt(index + 2)
    const three = cid.charCodeAt(index + 3)
    pairs[at++] = base32[(cid.charCodeAt(index) << 2) | (one >> 6)] as number
    pairs[at++] = base32[((one & 63) << 4) | (two >> 4)] as number
    pairs[at++] = base32[((two & 15) << 6) | (three >> 2)] as number
    pairs[at++] = base32[((three & 3) << 8) | cid.charCodeAt(index + 4)] as number
  }
  pairs[at] = base32[cid.charCodeAt(index) << 2] as number
  return `b${characters.toString('latin1')}`
}

/** Reads what `cidText` writes. @throws when it is not a CID. */
export function parseCid(text: string): Cid {
  return Buffer.from(fromString(text).bytes).toString('latin1')
}

/** Tells whether a text is a CID of the allowed kinds, in the one form that `cidText` writes. */
export function isCid(text: string): boolean {
  try {
    const { bytes } = fromString(text)
    return isCidAt(bytes, 0) && bytes.length === cidLength && cidText(parseCid(text)) === text
  } catch {
    return false
  }
}

/** How the CID of a block of DAG-CBOR begins: version, codec, kind and length of the hash. */
const dagCbor = '\x01\x71\x12\x20'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** The two characters of each ten bits, as they lie in memory. */
const base32 = new Uint16Array(
  Uint8Array.from(
    Array.from(alphabet, (one) => Array.from(alphabet, (two) => one + two).join('')).join(''),
    (character) => character.charCodeAt(0),
  ).buffer,
)

/** Where `cidText` writes; a string that grows by characters takes four times as long. */
const pairs = new Uint16Array(29)
const characters = Buffer.from(pairs.buffer)
