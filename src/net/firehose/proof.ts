import { emptyTree } from '../../model/event.ts'
import type { Blocks } from '../repo/block.ts'
import { type Cid, cidText } from '../repo/cid.ts'
import type { SignedCommit } from '../repo/commit.ts'
import { invert } from '../repo/invert.ts'
import { MissingBlock, Rejection } from '../repo/rejection.ts'
import { valueAt } from '../repo/value-at.ts'
import type { CommitMessage, RepoOperation } from './message.ts'
import type { VerifyOptions } from './verify-options.ts'

/**
 * Finds the tree before the commit, and compares it with what the commit claims.
 *
 * @returns undefined where neither is possible, as with commits of old hosts.
 * @throws {Rejection} `mst` when the operations do not lead from it to the tree of the commit.
 */
export function previousTree(
  { prevData: claimed }: CommitMessage,
  operations: readonly RepoOperation[],
  { data }: SignedCommit,
  blocks: Blocks,
  { mode, strict }: VerifyOptions,
): Cid | undefined {
  if (mode !== 'full') return claimed
  try {
    const found = invert(data, blocks, operations)
    if (claimed === undefined ? strict && cidText(found) !== emptyTree : found !== claimed)
      throw wrongPrevious(claimed)
    return found
  } catch (error) {
    // A host that does not know prevData does not send the blocks either that it takes to find it.
    if (error instanceof MissingBlock && claimed === undefined && !strict) return undefined
    throw error
  }
}

/**
 * Tells of each operation whether it may be believed. Where the tree before the commit was found, all that lead from it
 * to this one are proven, and a record that came and went leads nowhere: it is left out unless the blocks show that it
 * is gone. Otherwise each operation is compared with the tree.
 *
 * @throws {Rejection} `mst` when the tree says otherwise, or the blocks are not enough to tell.
 */
export function provenBy(
  { data }: SignedCommit,
  blocks: Blocks,
  prevData: Cid | undefined,
  { mode }: VerifyOptions,
): (operation: RepoOperation) => boolean {
  if (mode !== 'full') return () => true
  return ({ key, cid, prev }) => {
    const leadsNowhere = cid === undefined && prev === null
    if (prevData !== undefined && !leadsNowhere) return true
    try {
      if (valueAt(blocks, data, key) !== cid)
        throw new Rejection('mst', `the tree does not hold what the operation on ${key} says`)
      return true
    } catch (error) {
      if (error instanceof MissingBlock && prevData !== undefined) return false
      throw error
    }
  }
}

function wrongPrevious(claimed: Cid | undefined): Rejection {
  return claimed === undefined
    ? new Rejection('mst', 'the commit does not name the tree before it')
    : new Rejection('mst', 'the operations do not lead from the tree before to this one')
}
