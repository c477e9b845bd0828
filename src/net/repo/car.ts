import { decode, encode } from '@atcute/cbor'
import type { Block, Blocks } from './block.ts'
import { checkCanonical } from './canonical.ts'
import { type Cid, cidLength, isCidAt, isLink, linkedCid, linkTo } from './cid.ts'
import { Rejection } from './rejection.ts'

export interface Car {
  readonly roots: readonly Cid[]
  /** Views of the file: nothing is copied, and nothing of them is checked. */
  readonly blocks: Blocks
}

/**
 * Reads a CAR file, version 1 (https://ipld.io/specs/transport/car/carv1). Blocks may come in any order.
 *
 * @throws {Rejection} `decode` when it is not one.
 */
export function readCar(bytes: Buffer): Car {
  const reader = { bytes, position: 0 }
  const headerLength = readLength(reader)
  const headerEnd = reader.position + headerLength
  if (headerEnd > bytes.length) throw malformed('its header is cut off')
  const roots = readRoots(bytes.subarray(reader.position, headerEnd))
  reader.position = headerEnd
  const blocks = new Map<Cid, Buffer>()
  while (reader.position < bytes.length) {
    const length = readLength(reader)
    const start = reader.position
    const end = start + length
    if (length < cidLength || end > bytes.length) throw malformed('a block is cut off')
    if (!isCidAt(bytes, start)) throw malformed('a block has a kind of CID that is not allowed')
    const data = start + cidLength
    blocks.set(bytes.toString('latin1', start, data), bytes.subarray(data, end))
    reader.position = end
  }
  return { roots, blocks }
}

/** Writes a CAR file with one root, the blocks in the order in which they come. */
export function writeCar(root: Cid, blocks: Iterable<Block>): Uint8Array {
  const header = encode({ version: 1, roots: [linkTo(root)] })
  const parts: Uint8Array[] = [varint(header.length), header]
  for (const { cid, bytes } of blocks)
    parts.push(varint(cid.length + bytes.length), Buffer.from(cid, 'latin1'), bytes)
  return Buffer.concat(parts)
}

function readRoots(header: Buffer): Cid[] {
  checkCanonical(header)
  const { version, roots } = (decode(header) ?? {}) as { version?: unknown; roots?: unknown }
  if (version !== 1 || !Array.isArray(roots) || !roots.every(isLink)) throw malformed('its header is wrong')
  return roots.map(linkedCid)
}

function readLength(reader: { readonly bytes: Buffer; position: number }): number {
  let length = 0
  // Four bytes of seven bits are 256 MiB, far more than any block may have.
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = reader.bytes[reader.position++]
    if (byte === undefined) throw malformed('it ends within a length')
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) return length
  }
  throw malformed('a length beyond all limits')
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

const malformed = (what: string) => new Rejection('decode', `not a CAR file: ${what}`)
