import type { RepoEvent } from '../../model/event.ts'
import type { RepoState } from '../../state/storage/storage.ts'
import { continuesBase } from './transition.ts'

/** Events of one repo that may wait. Beyond either, those that wait are dropped, and the repo has a gap. */
export interface WaitingLimits {
  readonly events: number
  readonly bytes: number
}

/** What is known of the events of one repo that wait. */
export interface Waiting {
  readonly bytes: number
  /** None of them is newer. */
  readonly rev: string
}

export const noneWaiting: Waiting = { bytes: 0, rev: '' }

export const waitingLimits: WaitingLimits = { events: 2000, bytes: 8_000_000 }

/** An event that changes content. */
export type ContentEvent = Exclude<RepoEvent, { readonly kind: 'identity' | 'account' }>

/** One that needs no key any more. */
export type ProvenEvent = Exclude<ContentEvent, { readonly kind: 'unverified' }>

/** Whether an event, newer than what is stored, waits: for the end of a sync run, or for those that wait for a key. */
export function mustWait(repo: RepoState, event: ProvenEvent): boolean {
  if (repo.content === 'syncing') return true
  if ((repo.held ?? 0) === 0 || event.kind === 'rejected') return false
  // What continues the stored tree leaves nothing in between: those that wait are older, or of no account.
  return event.kind === 'sync' || !continuesBase(repo, event)
}
