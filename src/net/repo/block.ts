import { encode } from '@atcute/cbor'
import { checkCanonical } from './canonical.ts'
import { type Cid, cidOf, cidText, isCidOf, isDagCbor } from './cid.ts'
import { Rejection } from './rejection.ts'

/** Bytes and the CID that their hash gives them. */
export interface Block {
  readonly cid: Cid
  readonly bytes: Uint8Array
}

/** Blocks by their CID, such as a CAR file holds. */
export type Blocks = ReadonlyMap<Cid, Buffer>

/** Encodes a value as DAG-CBOR. */
export function encodeBlock(value: unknown): Block {
  // Copied out of the pool that the encoder cuts it from, of which 64 kB would stay in memory for each that is kept.
  return blockOf(new Uint8Array(encode(value)))
}

/** A block of DAG-CBOR. */
export function blockOf(bytes: Uint8Array): Block {
  return { cid: cidOf(bytes), bytes }
}

/** @throws {Rejection} `cid` when the block is not among them. */
export function requireBlock(blocks: Pick<Blocks, 'get'>, cid: Cid): Buffer {
  const block = blocks.get(cid)
  if (!block) throw new Rejection('cid', `the block ${cidText(cid)} is missing`)
  return block
}

/** @throws {Rejection} for the first block that is not what its CID says: `cid`, or as `checkCanonical` does. */
export function checkBlocks(blocks: Blocks): void {
  checkCids(blocks)
  for (const [cid, block] of blocks) if (isDagCbor(cid)) checkCanonical(block)
}

/** @throws {Rejection} `cid` for the first block that does not hash to its CID. */
export function checkCids(blocks: Blocks): void {
  for (const [cid, block] of blocks)
    if (!isCidOf(cid, block)) throw new Rejection('cid', 'a block does not hash to its CID')
}
