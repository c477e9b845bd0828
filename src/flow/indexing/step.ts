import type { EndStep } from '../../model/backfill.ts'
import type { DesyncReason } from '../../model/repo.ts'
import type { RepoState, SyncRunState } from '../../state/storage/storage.ts'
import { baseOf, desynced, settled, type Transition, withContent, withoutData } from './transition.ts'

/** The run that is under way. */
export function currentRun({ content, run }: RepoState): SyncRunState | undefined {
  return content === 'syncing' ? run : undefined
}

/** A sync run begins. @returns undefined when it has begun already, or when there is nothing to fetch. */
export function afterBegin(repo: RepoState, ticket: string): Transition | undefined {
  if (repo.status === 'deleted' || repo.run?.ticket === ticket) return undefined
  const before = contentBefore(repo)
  const lapsed = currentRun(repo)?.lapsed
  // The run that begins fetches after what has lapsed during the one before. Should it fail, that still counts.
  const lapsedBefore = lapsed !== undefined && before === 'synced'
  return {
    repo: {
      ...withContent(repo, 'syncing'),
      run: { ticket, before: lapsedBefore ? 'desync' : before },
      ...(lapsedBefore && { desync: { reason: lapsed, sinceMs: repo.updatedAtMs } }),
    },
    ...(lapsedBefore && { desync: lapsed }),
  }
}

/** Whether a run has fetched what is at least as new as everything that is known of the repo. */
export function isConflict({ rev = '', desync }: RepoState, end: Pick<EndStep, 'rev'>): boolean {
  return end.rev < rev || end.rev < (desync?.rev ?? '')
}

/** What a run has fetched is stored. */
export function afterEnd(
  repo: RepoState,
  { rev, data }: Pick<EndStep, 'rev' | 'data'>,
  nowMs: number,
): Transition {
  const { run: _, ...rest } = repo
  const { lapsed, claimedRev = '' } = currentRun(repo) ?? {}
  const next = settled(rest, rev, data, nowMs)
  if (lapsed === undefined) return { repo: next }
  return { repo: desynced(next, lapsed, nowMs, claimedRev > rev ? claimedRev : undefined), desync: lapsed }
}

/** A run has failed. A repo that was synced before still is: that it cannot be fetched says nothing about it. */
export function afterAbort(repo: RepoState, isFinal: boolean, nowMs: number): Transition {
  const { run, ...rest } = repo
  const before = contentBefore(repo)
  if (before === 'synced' && run?.lapsed !== undefined) {
    return { repo: desynced(rest, run.lapsed, nowMs, run.claimedRev), unstage: isFinal, desync: run.lapsed }
  }
  const content = isFinal && before !== 'synced' ? 'error' : before
  return { repo: withContent(rest, content), unstage: isFinal }
}

/**
 * A repo may have moved on without us. Events that wait are older, and would continue what is stored without proving
 * anything about now.
 *
 * @param lastWaiting none of the events that wait calls itself newer; they are dropped, and yet were heard of.
 */
export function afterLapse(
  repo: RepoState,
  reason: DesyncReason,
  nowMs: number,
  lastWaiting = '',
): Transition {
  const release = (repo.held ?? 0) > 0
  const claimedRev = release && lastWaiting > (repo.rev ?? '') ? lastWaiting : undefined
  if (reason === 'filter') return afterFilter(repo, nowMs)
  if (repo.content === 'synced') {
    return { repo: desynced(repo, reason, nowMs, claimedRev), release, desync: reason }
  }
  const run = currentRun(repo)
  if (run !== undefined) {
    const claimed = newer(claimedRev, run.claimedRev)
    return {
      repo: { ...repo, run: { ...run, lapsed: reason, ...(claimed && { claimedRev: claimed }) } },
      release,
    }
  }
  // Otherwise only the time of its last change, so that the answer to an earlier question does not confirm it.
  if (claimedRev === undefined) return { repo, release }
  const { desync = { reason, sinceMs: nowMs } } = repo
  return {
    repo: { ...repo, desync: { ...desync, claimedRev: newer(claimedRev, desync.claimedRev) } },
    release,
  }
}

/** The host has shown that `rev` is its latest. @returns undefined when that changes nothing. */
export function afterConfirm(repo: RepoState, rev: string, askedMs: number): Transition | undefined {
  const { data, desync, confirmedAtMs = 0, updatedAtMs } = repo
  if (rev !== repo.rev) return undefined
  if (repo.content === 'synced') {
    return askedMs > confirmedAtMs ? { repo: { ...repo, confirmedAtMs: askedMs } } : undefined
  }
  const isCurable = repo.content === 'desync' || repo.content === 'error'
  if (!isCurable || data === undefined || data !== baseOf(repo)) return undefined
  if (rev < (desync?.rev ?? '') || updatedAtMs >= askedMs) return undefined
  return { repo: settled(repo, rev, data, askedMs) }
}

/** More is to be kept than what is stored, staged, fetched and waits: all of that was chosen before. */
function afterFilter(repo: RepoState, nowMs: number): Transition {
  const { run: _, ...rest } = withoutData(repo)
  const content = contentBefore(repo)
  const void_ = { unstage: true, release: true }
  if (content === 'pending' || content === 'error') return { repo: withContent(rest, content), ...void_ }
  if (repo.content === 'desync') {
    const desync = { ...(repo.desync ?? { sinceMs: nowMs }), reason: 'filter' } as const
    return { repo: { ...rest, desync }, ...void_ }
  }
  const { rev } = repo.desync ?? {}
  const next = desynced(rest, 'filter', nowMs)
  return {
    repo:
      rev === undefined || next.desync === undefined ? next : { ...next, desync: { ...next.desync, rev } },
    ...void_,
    desync: 'filter',
  }
}

function newer(a = '', b = ''): string {
  return a > b ? a : b
}

/** What the repo is, whether or not a run is under way. */
export function contentBefore({ content, run }: RepoState): SyncRunState['before'] {
  return content === 'syncing' ? (run?.before ?? 'pending') : content
}
