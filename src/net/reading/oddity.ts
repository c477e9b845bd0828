import { checkCanonical } from '../repo/canonical.ts'
import type { Cid } from '../repo/cid.ts'
import { checkRecord } from '../repo/record.ts'
import { type FormatReason, formatReasons, Rejection } from '../repo/rejection.ts'

/**
 * What is odd about a record that nevertheless is the one that its repo names, and is kept: why its block would not be
 * taken for a record, or
 *
 * - `path`: its collection or its key is not a name that AT Protocol allows
 */
export type Oddity = FormatReason | 'path'

export const oddities = [...formatReasons, 'path'] as const

/** @returns undefined when nothing is odd about a block as a record. */
export function oddityOf(cid: Cid, block: Uint8Array): FormatReason | undefined {
  try {
    checkRecord(cid, block)
    checkCanonical(block)
    return undefined
  } catch (error) {
    if (error instanceof Rejection) return error.reason
    throw error
  }
}
