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
  const sections = new CarSections()
  if (!sections.find(bytes, 0, bytes.length)) throw cutOff(sections, 'its header')
  const roots = readRoots(bytes.subarray(sections.start, sections.end))
  const blocks = new Map<Cid, Buffer>()
  while (sections.end < bytes.length) {
    if (!sections.find(bytes, sections.end, bytes.length)) throw cutOff(sections, 'a block')
    const cid = cidAt(bytes, sections)
    blocks.set(cid, bytes.subarray(sections.start + cidLength, sections.end))
  }
  return { roots, blocks }
}

/** Finds the sections of a CAR file, each of which begins with its length: the header, then the blocks. */
export class CarSections {
  /** Where the content of the section begins that was looked for; NaN where its length is cut off. */
  start = 0
  /** Where it ends, which may be beyond the bytes that there are; NaN where its length is cut off. */
  end = 0

  /**
   * @param position where a section begins
   * @param limit where the bytes end that there are
   * @returns whether the whole section is there.
   * @throws {Rejection} `decode` when no section begins there.
   */
  find(bytes: Uint8Array, position: number, limit: number): boolean {
    let length = 0
    // Four bytes of seven bits are 256 MiB, far more than any block may have.
    for (let at = position, shift = 0; shift < 28; shift += 7, at++) {
      if (at >= limit) {
        this.start = Number.NaN
        this.end = Number.NaN
        return false
      }
      const byte = bytes[at] as number
      length |= (byte & 0x7f) << shift
      if (byte >= 0x80) continue
      this.start = at + 1
      this.end = this.start + length
      return this.end <= limit
    }
    throw malformed('a length beyond all limits')
  }
}

/** The CID that the section of a block begins with. @throws {Rejection} `decode` when there is none. */
export function cidAt(bytes: Buffer, { start, end }: CarSections): Cid {
  if (end - start < cidLength) throw malformed('a block is cut off')
  if (!isCidAt(bytes, start)) throw malformed('a block has a kind of CID that is not allowed')
  return bytes.toString('latin1', start, start + cidLength)
}

/** Reads the content of the first section. @throws {Rejection} `decode` when it is not a header. */
export function readRoots(header: Buffer): readonly Cid[] {
  checkCanonical(header)
  const { version, roots } = (decode(header) ?? {}) as { version?: unknown; roots?: unknown }
  if (version !== 1 || !Array.isArray(roots) || !roots.every(isLink)) throw malformed('its header is wrong')
  return roots.map(linkedCid)
}

/** What is wrong when a file ends and the section is not whole. */
export function cutOff({ end }: CarSections, what: 'its header' | 'a block'): Rejection {
  return malformed(Number.isNaN(end) ? 'it ends within a length' : `${what} is cut off`)
}

/** Writes a CAR file with one root, the blocks in the order in which they come. */
export function writeCar(root: Cid, blocks: Iterable<Block>): Uint8Array {
  const parts = [carHeader(root)]
  for (const block of blocks) parts.push(...carSection(block))
  return Buffer.concat(parts)
}

/** What a CAR file with one root begins with; its sections follow. */
export function carHeader(root: Cid): Uint8Array {
  const header = encode({ version: 1, roots: [linkTo(root)] })
  return Buffer.concat([varint(header.length), header])
}

/** A block as it stands in a CAR file, in the parts that it is put together from. */
export function carSection({ cid, bytes }: Block): readonly Uint8Array[] {
  return [varint(cid.length + bytes.length), Buffer.from(cid, 'latin1'), bytes]
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

const malformed = (what: string) => new Rejection('decode', `not a CAR file: ${what}`)
