import type { ListedRepo } from '../../net/host/host.ts'
import { isHidden, type RepoState } from '../../state/storage/storage.ts'

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
  const { content, data, desync, rev } = stored
  if (isAccountUnlike(listed, stored)) return 'unlike'
  if (content !== 'synced' && content !== 'desync') return 'open'
  if (data === undefined) return desync?.reason === 'gap' ? 'stale' : 'open'
  if (!isVisible(stored)) return listed.rev !== undefined && listed.rev === rev ? 'current' : 'hidden'
  if (listed.rev === undefined || rev === undefined || listed.rev < rev) return 'open'
  return listed.rev === rev ? 'current' : 'unlike'
}

/** Whether what was on its way has arrived meanwhile, and continued what was there. */
export function hasCaughtUp(listed: Omit<ListedRepo, 'did'>, stored: RepoState | undefined): boolean {
  // It is not kept any more.
  if (stored === undefined) return true
  if (isAccountUnlike(listed, stored)) return false
  if (!isVisible(stored)) return true
  return stored.content === 'synced' && listed.rev !== undefined && (stored.rev ?? '') >= listed.rev
}

/**
 * Whether we show or hide an account otherwise than its host. One that was deleted is another only once it is active
 * again; and what trouble the host has itself with a repo (`desynchronized`, `throttled`) says nothing about its account.
 */
export function isAccountUnlike(
  { active, status }: Pick<ListedRepo, 'active' | 'status'>,
  stored: RepoState,
): boolean {
  if (active === undefined) return false
  if (active) return !isVisible(stored)
  if (stored.status === 'deleted' || (status !== undefined && !isHidden(status))) return false
  return isVisible(stored) || (status !== undefined && status !== stored.status)
}

function isVisible({ status }: RepoState): boolean {
  return !isHidden(status)
}
