import {
  type AccountEvent,
  type CommitEvent,
  emptyTree,
  type IdentityEvent,
  type SyncEvent,
} from '../../model/event.ts'
import type { RepoStatus } from '../../model/repo.ts'
import {
  type ContentStatus,
  type HiddenStatus,
  hiddenStatuses,
  type RepoState,
} from '../../state/storage/storage.ts'

/** What an event changes in a repo. */
export interface Transition {
  readonly repo: RepoState
  /** Everything stored of the repo is void. */
  readonly clear: boolean
  /** The event did not continue what was stored. */
  readonly chainBreak: boolean
}

/** A commit, whose revision is known to be new. */
export function afterCommit(repo: RepoState, { rev, data, prevData }: CommitEvent): Transition {
  const chainBreak = repo.data !== undefined && prevData !== undefined && prevData !== repo.data
  // A repo that begins with an empty tree is known in full. Where its content was known and was another, this is a
  // break like any other, and no reason to drop records on a host's word.
  const isWhole = prevData === emptyTree && (repo.content !== 'synced' || !chainBreak)
  const content = isWhole ? 'synced' : chainBreak && repo.content === 'synced' ? 'desync' : repo.content
  return {
    repo: withContent({ ...repo, rev, data }, content),
    // Where no tree was ever known, nothing is stored.
    clear: isWhole && repo.content !== 'synced' && repo.data !== undefined,
    chainBreak: chainBreak && !isWhole,
  }
}

/** A new state without the changes that led there. Only an empty one is known in full. */
export function afterSync(repo: RepoState, { rev, data }: SyncEvent): Transition {
  const isKnown = data === emptyTree || data === repo.data
  const content =
    data === emptyTree ? 'synced' : isKnown || repo.content === 'pending' ? repo.content : 'desync'
  return {
    repo: withContent({ ...repo, rev, data }, content),
    clear: data === emptyTree && repo.data !== undefined && repo.data !== emptyTree,
    chainBreak: false,
  }
}

/**
 * What its host says of an account. A deleted account that comes back starts from scratch: its content is unknown,
 * and no revision is too old for it.
 */
export function afterAccount(repo: RepoState, { active, status }: AccountEvent): Transition {
  const unchanged = { clear: false, chainBreak: false }
  if (active) return { repo: { ...repo, status: repo.content }, ...unchanged }
  const hidden = hiddenStatuses.find((known) => known === status) ?? 'deactivated'
  if (hidden !== 'deleted') return { repo: { ...repo, status: hidden }, ...unchanged }
  const { rev: _, data: __, ...rest } = repo
  return { repo: { ...rest, content: 'pending', status: hidden }, clear: true, chainBreak: false }
}

/** The handle of an account, where its host names it. */
export function afterIdentity(repo: RepoState, { handle = repo.handle }: IdentityEvent): Transition {
  return { repo: { ...repo, ...(handle !== undefined && { handle }) }, clear: false, chainBreak: false }
}

function withContent(repo: RepoState, content: ContentStatus): RepoState {
  return { ...repo, content, status: isHidden(repo.status) ? repo.status : content }
}

function isHidden(status: RepoStatus): status is HiddenStatus {
  return (hiddenStatuses as readonly RepoStatus[]).includes(status)
}
