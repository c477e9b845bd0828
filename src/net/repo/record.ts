import { checkCanonical } from './canonical.ts'
import { type Cid, isDagCbor } from './cid.ts'
import { type FormatReason, Rejection } from './rejection.ts'

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

/**
 * Tells what is odd about a block, whose CID has been checked, that a tree names as a record. A host has stored it and a
 * commit has signed it, so that it is kept as the bytes that it is: only reading it is not possible, or not safe.
 *
 * @returns undefined for a record like any other.
 */
export function recordOddity(cid: Cid, block: Uint8Array): FormatReason | undefined {
  return oddityOf(() => {
    checkRecord(cid, block)
    checkCanonical(block)
  })
}

/** The reason for which a check refuses; undefined when it does not. */
export function oddityOf(check: () => void): FormatReason | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof Rejection) return error.reason
    throw error
  }
}
