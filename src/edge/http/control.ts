import type { Did } from '../../model/did.ts'
import type { SyncFailure, SyncOnce, SyncTrigger } from '../../model/sync.ts'
import type { JobState } from '../../state/queue/queue.ts'
import type { RepoState, Tracking } from '../../state/storage/storage.ts'

/** What a service can be asked to do, besides answering from what is kept. */
export interface Control {
  readonly sync: SyncOnce
  /** Keeps a repo, whatever the filter of DIDs says, and has it fetched. @returns the repo as it stands. */
  track(did: Did): Promise<RepoState>
  /** Removes a repo, and keeps none of what the stream brings of it, until it is tracked. @returns whether there was one. */
  untrack(did: Did): Promise<boolean>
  /** What was said of a repo by `track` and `untrack`. */
  tracking(did: Did): Promise<Tracking | undefined>
  /** The job that will fetch the repo; undefined where none waits. */
  job(did: Did): Promise<JobState | undefined>
  /** The last failures of a repo's sync runs, the latest first. */
  failures(did: Did): Promise<readonly SyncFailureEntry[]>
  /** One page of the jobs that were given up. @throws {InvalidError} for a cursor that no page gave. */
  deadLetters(query: {
    readonly limit: number
    readonly cursor?: string
  }): Promise<{ readonly jobs: readonly JobState[]; readonly cursor?: string }>
  /** Puts a dead letter back. @returns false when there is none with that number. */
  revive(id: number): Promise<boolean>
  readonly backfill: BackfillControl
  /** Begins to rebuild the search index. @returns false when that is under way. */
  reindexSearch(): boolean
}

/** One failed run. */
export interface SyncFailureEntry {
  readonly atMs: number
  readonly trigger: SyncTrigger
  readonly reason: SyncFailure
  readonly message: string
}

export interface BackfillControl {
  /** Begins to list the repos of the source once more, and to fetch those that are not synced. */
  start(): Promise<void>
  progress(): Promise<BackfillProgress>
}

export interface BackfillProgress {
  /** Which repos are fetched whole. */
  readonly policy: 'none' | 'seen' | 'all'
  /** Repos that the source has listed. */
  readonly listed: number
  /** Whether the listing has reached its end. */
  readonly isListed: boolean
  /** Why they could not be listed; absent where they were, or are being. */
  readonly listFailure?: string
  /** Repos that wait to be fetched. */
  readonly waiting: number
  /** Those among them that nothing can be done about now: their owners, or their hosts, have to act first. */
  readonly setAside: number
  /** The hosts of those, the one with the most of them first; no more than ten. */
  readonly setAsideHosts: readonly { readonly host: string; readonly repos: number }[]
  /** Repos that are being fetched. */
  readonly running: number
  /** Repos that are synced. */
  readonly synced: number
  /** Repos of which the whole content is not known and which nothing will fetch. */
  readonly pending: number
  readonly deadLetters: number
  /** Repos and records per second, of the last minute. */
  readonly reposPerSecond: number
  readonly recordsPerSecond: number
  /** How long it will take at that rate, in seconds; absent where that cannot be told. */
  readonly secondsLeft?: number
}
