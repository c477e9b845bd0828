import type { Operation } from '../../model/event.ts'
import { type Blocks, checkCids, requireBlock } from '../repo/block.ts'
import { checkCanonical } from '../repo/canonical.ts'
import { type Cid, cidText, isCidOf, isDagCbor } from '../repo/cid.ts'
import { checkRecord, oddityOf, recordOddity } from '../repo/record.ts'
import { type FormatReason, Rejection } from '../repo/rejection.ts'
import type { RepoOperation } from './message.ts'
import type { VerifyOptions } from './verify-options.ts'

/**
 * Checks that every block is what its CID says, and in its one form where it is not the record of an operation.
 *
 * @returns the records that are in no such form, with what is wrong instead.
 */
export function checkForms(
  blocks: Blocks,
  operations: readonly RepoOperation[],
  { mode }: VerifyOptions,
): ReadonlyMap<Cid, FormatReason> {
  if (mode === 'none') return noneOdd
  checkCids(blocks)
  let odd: Map<Cid, FormatReason> | undefined
  for (const [cid, block] of blocks) {
    if (!isDagCbor(cid)) continue
    try {
      checkCanonical(block)
    } catch (error) {
      if (!(error instanceof Rejection) || !operations.some((operation) => operation.cid === cid)) throw error
      odd ??= new Map()
      odd.set(cid, error.reason)
    }
  }
  return odd ?? noneOdd
}

/**
 * Finds what an operation has written among the blocks.
 *
 * @param oddities takes what is odd about the record, which then costs only itself.
 * @throws {Rejection} `cid` when it is not there.
 */
export function readOperation(
  { action, collection, rkey, cid }: RepoOperation,
  blocks: Blocks,
  { mode }: VerifyOptions,
  odd: ReadonlyMap<Cid, FormatReason>,
  oddities: FormatReason[],
): Operation {
  if (action === 'delete' || cid === undefined) return { op: 'delete', collection, rkey }
  const record = requireBlock(blocks, cid)
  if (mode === 'none' && !isCidOf(cid, record))
    throw new Rejection('cid', 'a record does not hash to its CID')
  const oddity =
    mode === 'none' ? recordOddity(cid, record) : (odd.get(cid) ?? oddityOf(() => checkRecord(cid, record)))
  if (oddity !== undefined) oddities.push(oddity)
  return { op: action, collection, rkey, cid: cidText(cid), record }
}

const noneOdd: ReadonlyMap<Cid, FormatReason> = new Map()
