import { type Cid, isDagCbor } from './cid.ts'
import { Rejection } from './rejection.ts'

/** The largest record that is accepted, in bytes. */
export const maxRecordBytes = 1_000_000

/**
 * Checks that a block, whose CID and canonical form have been checked, can be a record: a map, and not too large.
 *
 * @throws {Rejection} `size` or `decode`
 */
export function checkRecord(cid: Cid, block: Uint8Array): void {
  if (block.length > maxRecordBytes)
    throw new Rejection('size', `a record of ${block.length} bytes, more than ${maxRecordBytes}`)
  if (!isDagCbor(cid) || (block[0] as number) >> 5 !== 5)
    throw new Rejection('decode', 'a record that is not a map')
}
