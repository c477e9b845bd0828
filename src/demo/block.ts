import { hash } from 'node:crypto'
import { encode } from '@atcute/cbor'
import { type CidLink, CidLinkWrapper, CODEC_DCBOR, fromDigest, fromString } from '@atcute/cid'

/** Bytes under the name that their hash gives them. */
export interface Block {
  /** The CID in binary, 36 bytes. */
  readonly cid: Uint8Array
  readonly link: CidLink
  readonly bytes: Uint8Array
}

/** Encodes a value as DAG-CBOR. */
export function createBlock(value: unknown): Block {
  return blockOf(compact(encode(value)))
}

export function blockOf(bytes: Uint8Array): Block {
  const cid = compact(fromDigest(CODEC_DCBOR, hash('sha256', bytes, 'buffer')).bytes)
  return { cid, link: new CidLinkWrapper(cid), bytes }
}

export function parseLink(text: string): CidLink {
  return new CidLinkWrapper(compact(fromString(text).bytes))
}

/** Copies bytes out of the pool that encoders cut them from: 64 kB stay in memory for each that is kept. */
export function compact(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** Packs blocks into a CAR, version 1, whose first root is that of `root`. */
export function encodeCar(root: CidLink, blocks: Iterable<Pick<Block, 'cid' | 'bytes'>>): Uint8Array {
  const header = encode({ version: 1, roots: [root] })
  const parts: Uint8Array[] = [varint(header.length), header]
  for (const { cid, bytes } of blocks) parts.push(varint(cid.length + bytes.length), cid, bytes)
  return Buffer.concat(parts)
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
