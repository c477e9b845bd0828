import {
  type AccountEvent,
  type CommitEvent,
  emptyTree,
  type RejectedEvent,
  type SyncEvent,
} from '../../model/event.ts'
import type { DesyncReason } from '../../model/repo.ts'
import { type ContentStatus, isHidden, type RepoState } from '../../state/storage/storage.ts'

/** What an event, or a step of a sync run, changes in a repo. */
export interface Transition {
  readonly repo: RepoState
  /** Everything stored of the repo is void. @default false */
  readonly clear?: boolean
  /** What is staged of it is void. @default false */
  readonly unstage?: boolean
  /** The events that wait are void. @default false */
  readonly release?: boolean
  /** A commit did not continue what was known to be stored. @default false */
  readonly chainBreak?: boolean
  /** From here on the repo is out of sync. @default it was before, or is not */
  readonly desync?: DesyncReason
}

/** A commit that is newer than what is stored. Its operations are applied, whatever it does to the repo. */
export function afterCommit(repo: RepoState, commit: CommitEvent, nowMs: number): Transition {
  const { rev, data, prevData } = commit
  const isLatest = isLatestKnown(repo, rev)
  if (continuesBase(repo, commit)) {
    // The chain proves what is stored; it says nothing about a newer state that was announced.
    return { repo: isLatest ? settled(repo, rev, data, nowMs) : { ...repo, rev, data } }
  }
  if (baseOf(repo) === undefined && prevData === emptyTree && isLatest) {
    // It begins with an empty tree, so it is the whole content. Before the first revision nothing is stored.
    return { repo: settled(repo, rev, data, nowMs), clear: repo.rev !== undefined }
  }
  const applied = { ...withoutData(repo), rev }
  if (baseOf(repo) === undefined) return { repo: applied }
  if (repo.content !== 'synced') return { repo: applied, chainBreak: true }
  return { repo: desynced(applied, 'chain', nowMs), chainBreak: true, desync: 'chain' }
}

/** A new state without the changes that led there. Only an empty one is known in full. */
export function afterSync(repo: RepoState, { rev, data }: SyncEvent, nowMs: number): Transition {
  const isLatest = isLatestKnown(repo, rev)
  if (data === baseOf(repo)) {
    return { repo: isLatest ? settled(repo, rev, data, nowMs) : { ...repo, rev } }
  }
  if (data === emptyTree && isLatest) {
    return { repo: settled(repo, rev, data, nowMs), clear: repo.rev !== undefined }
  }
  const known = repo.desync?.rev ?? ''
  const desync = {
    ...(repo.desync ?? { reason: 'sync_event', sinceMs: nowMs }),
    rev: rev > known ? rev : known,
  }
  if (repo.content === 'pending') return { repo: { ...repo, desync } }
  if (repo.content === 'desync') return { repo: { ...repo, desync } }
  return { repo: { ...withContent(repo, 'desync'), desync }, desync: 'sync_event' }
}

/** A commit that was refused, and that calls itself newer than what is stored. */
export function afterRejected(
  repo: RepoState,
  { rev, reason }: Pick<RejectedEvent, 'rev' | 'reason'>,
  nowMs: number,
): Transition {
  if (repo.content === 'synced') return { repo: desynced(repo, reason, nowMs, rev), desync: reason }
  if (repo.content === 'pending' || repo.desync === undefined) return { repo }
  const { claimedRev = '' } = repo.desync
  return { repo: { ...repo, desync: { ...repo.desync, claimedRev: rev > claimedRev ? rev : claimedRev } } }
}

/**
 * What its host says of an account. A deleted account that comes back starts from scratch: its content is unknown,
 * and no revision is too old for it.
 */
export function afterAccount(
  repo: RepoState,
  { active, status }: Pick<AccountEvent, 'active' | 'status'>,
): Transition {
  if (active) return { repo: { ...repo, status: repo.content } }
  const hidden = status !== undefined && isHidden(status) ? status : 'deactivated'
  if (hidden !== 'deleted') return { repo: { ...repo, status: hidden } }
  // The run is over, and known by its ticket: its beginning may come again after a crash.
  const { rev: _, data: __, desync: ___, confirmedAtMs: ____, ...rest } = repo
  return {
    repo: { ...rest, content: 'pending', status: hidden },
    clear: true,
    unstage: true,
    release: true,
  }
}

/**
 * The root of the tree that commits can be held against: what is stored equals it, or did when the repo was last known
 * to be synced. Undefined where there is none.
 */
export function baseOf({ content, data, desync }: RepoState): string | undefined {
  return content === 'pending' || desync?.reason === 'filter' ? undefined : data
}

/** Whether a commit changes exactly what is stored into the tree that it signs. */
export function continuesBase(repo: RepoState, { prevData, since }: CommitEvent): boolean {
  const base = baseOf(repo)
  if (base === undefined) return false
  return prevData === undefined ? since !== undefined && since === repo.rev : prevData === base
}

export function desynced(
  repo: RepoState,
  reason: DesyncReason,
  sinceMs: number,
  claimedRev?: string,
): RepoState {
  const desync = { reason, sinceMs, ...(claimedRev !== undefined && { claimedRev }) }
  return { ...withContent(repo, 'desync'), desync }
}

/** What is stored equals the tree of this revision, and nothing newer is known. */
export function settled(repo: RepoState, rev: string, data: string, confirmedAtMs: number): RepoState {
  const { desync: _, ...rest } = repo
  return withContent({ ...rest, rev, data, confirmedAtMs }, 'synced')
}

export function withContent(repo: RepoState, content: ContentStatus): RepoState {
  return { ...repo, content, status: isHidden(repo.status) ? repo.status : content }
}

export function withoutData({ data: _, ...repo }: RepoState): RepoState {
  return repo
}

/** Whether no newer revision was announced or claimed. */
function isLatestKnown({ desync }: RepoState, rev: string): boolean {
  return rev > (desync?.rev ?? '') && rev >= (desync?.claimedRev ?? '')
}
