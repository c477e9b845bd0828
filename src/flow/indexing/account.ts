import type { AccountEvent } from '../../model/event.ts'
import type { Batch } from './batch.ts'
import { afterAccount } from './transition.ts'

/**
 * Adds what a host says of an account to a batch, which changes nothing where that is known.
 *
 * @param position the number of the live entry that this is due to.
 */
export function changeAccount(
  batch: Batch,
  account: Pick<AccountEvent, 'did' | 'active' | 'status'>,
  position?: number,
): void {
  const { did } = account
  const before = batch.find(did)
  const transition = afterAccount(batch.repo(did), account)
  const { status, desync } = transition.repo
  if (status === before?.status) return
  batch.tally.dropped += transition.release ? (before?.held ?? 0) : 0
  batch.change(did, transition, position)
  if (status === 'deleted') batch.notices.deleted.add(did)
  if (status === 'desync') batch.notices.desync.set(did, desync?.reason ?? 'gap')
}
