import { wallTimeOf } from '../../model/clock.ts'
import type { Repo } from '../../model/repo.ts'
import type { JobState } from '../../state/queue/queue.ts'
import type { RepoState } from '../../state/storage/storage.ts'
import type { SyncFailureEntry } from './control.ts'

/** A repo as lists show it. Leaves out what only the service itself needs. */
export function repoJson({ did, status, rev, data, handle, desync, updatedAtMs }: Repo) {
  return {
    did,
    handle,
    status,
    rev,
    data,
    desync: desync && {
      reason: desync.reason,
      since: iso(desync.sinceMs),
      ...(desync.rev !== undefined && { rev: desync.rev }),
    },
    updatedAt: iso(updatedAtMs),
  }
}

/** What else is told of one repo: when it was last confirmed, and when it is tried again. */
export function repoDetailsJson(repo: RepoState, job: JobState | undefined, isTracked: boolean) {
  const { confirmedAtMs, held = 0 } = repo
  return {
    ...repoJson(repo),
    tracked: isTracked,
    confirmedAt: confirmedAtMs === undefined ? undefined : iso(confirmedAtMs),
    heldEvents: held > 0 ? held : undefined,
    sync: job && jobJson(job),
  }
}

export function jobJson({ state, attempts, dueMs, error }: JobState) {
  return {
    state,
    attempts,
    // A dead letter is not tried again by itself.
    nextTry: state === 'waiting' ? iso(wallTimeOf(dueMs)) : undefined,
    error: error && brief(error),
  }
}

export function failureJson({ atMs, trigger, reason, message }: SyncFailureEntry) {
  return { at: iso(atMs), trigger, reason, message: brief(message) }
}

/** What others have a part in may be of any length. */
export function brief(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}

const longestText = 1000

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
