import type { RepoStatus } from '../../model/repo.ts'
import type { ListedRepo } from '../../net/host/host.ts'
import { hiddenStatuses, type RepoState } from '../../state/storage/storage.ts'

/**
 * What a host's word on a repo means for our copy of it.
 *
 * - `current`: nothing is missing
 * - `unlike`: something seems to be missing, or is still on its way
 * - `stale`: it has to be fetched, whatever the host says
 * - `hidden`: the host has hidden it as we have, so it can show nothing more
 * - `open`: the host's word does not settle it
 */
export type Comparison = 'current' | 'unlike' | 'stale' | 'hidden' | 'open'

export function compare(listed: Omit<ListedRepo, 'did'>, stored: RepoState): Comparison {
  const { content, data, desync, rev, status } = stored
  const isHidden = !isVisible(stored)
  if (status !== 'deleted' && (listed.active === isHidden || isHiddenOtherwise(listed, status)))
    return 'unlike'
  if (content !== 'synced' && content !== 'desync') return 'open'
  if (data === undefined) return desync?.reason === 'gap' ? 'stale' : 'open'
  if (listed.active === false) return listed.rev !== undefined && listed.rev === rev ? 'current' : 'hidden'
  if (listed.rev === undefined || rev === undefined || listed.rev < rev) return 'open'
  return listed.rev === rev ? 'current' : 'unlike'
}

/** Whether what was on its way has arrived meanwhile, and continued what was there. */
export function hasCaughtUp(listed: Omit<ListedRepo, 'did'>, stored: RepoState | undefined): boolean {
  // It was deleted, or is not kept any more.
  if (stored === undefined || stored.status === 'deleted') return true
  const isHidden = !isVisible(stored)
  if (listed.active === false) return isHidden && !isHiddenOtherwise(listed, stored.status)
  if (isHidden && listed.active) return false
  return stored.content === 'synced' && listed.rev !== undefined && (stored.rev ?? '') >= listed.rev
}

/** Whether the host hides it for another reason than we do. */
function isHiddenOtherwise(listed: Pick<ListedRepo, 'active' | 'status'>, status: RepoStatus): boolean {
  return listed.active === false && listed.status !== status && isHiddenStatus(listed.status)
}

const isHiddenStatus = (word: string | undefined) => hiddenStatuses.some((hidden) => hidden === word)

export function isVisible({ status }: RepoState): boolean {
  return !isHiddenStatus(status)
}
