import type { AccountStep } from '../../model/backfill.ts'
import type { AccountEvent } from '../../model/event.ts'
import type { Batch } from './batch.ts'
import { afterAccount } from './transition.ts'

/**
 * Adds what the stream of live events says of an account to a batch.
 *
 * @param position the number of its entry.
 */
export function takeAccount(batch: Batch, account: AccountEvent, position: number): void {
  changeAccount(batch, account, position)
  // Also where it says what is known: an older answer must not change that later.
  const draft = batch.draft(account.did)
  draft.repo = { ...draft.repo, position, accountPosition: position }
}

/** Adds what a host has answered, unless the stream, or an answer, has said something newer. */
export function answerAccount(batch: Batch, answer: AccountStep): void {
  const { did, after } = answer
  const repo = batch.find(did)
  if (repo === undefined || (repo.accountPosition ?? 0) > after) return
  changeAccount(batch, answer)
  const draft = batch.draft(did)
  draft.repo = { ...draft.repo, accountPosition: after }
}

function changeAccount(
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
  // What was given up, or being fetched, when it was hidden is tried again.
  if (status === 'error' || status === 'syncing') batch.notices.desync.set(did, undefined)
}
