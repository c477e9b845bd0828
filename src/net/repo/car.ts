import { decode } from '@atcute/cbor'
import { checkCanonical } from './canonical.ts'
import { type Cid, cidLength, fits, isCidAt, isLink, linkedCid } from './cid.ts'
import { Rejection } from './rejection.ts'

/** The blocks that an event carries, by CID: views of the frame, nothing is copied. */
export type Blocks = ReadonlyMap<Cid, Buffer>

export interface Car {
  readonly roots: readonly Cid[]
  readonly blocks: Blocks
}

/**
 * Reads a CAR file, version 1 (https://ipld.io/specs/transport/car/carv1).
 *
 * @throws {Rejection} `decode` when it is none.
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

/** @throws {Rejection} `cid` for the first block that is not what its CID says. */
export function checkCids(blocks: Blocks): void {
  for (const [cid, block] of blocks)
    if (!fits(cid, block)) throw new Rejection('cid', 'a block does not hash to its CID')
}

function readRoots(header: Buffer): Cid[] {
  checkCanonical(header)
  const { version, roots } = (decode(header) ?? {}) as { version?: unknown; roots?: unknown }
  if (version !== 1 || !Array.isArray(roots) || !roots.every(isLink)) throw malformed('its header is wrong')
  return roots.map(linkedCid)
}

function readLength(reader: { readonly bytes: Buffer; position: number }): number {
  let length = 0
  // Four bytes of seven bits are 256 MiB, far more than a frame may hold.
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = reader.bytes[reader.position++]
    if (byte === undefined) throw malformed('it ends within a length')
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) return length
  }
  throw malformed('a length beyond all limits')
}

const malformed = (what: string) => new Rejection('decode', `not a CAR file: ${what}`)
