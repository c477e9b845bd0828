import type { ObservedEvent } from '../../flow/observers/observed-event.ts'
import type { ObserverJson, ShownObserver } from '../../flow/observers/shown.ts'
import type { Replay, Verdict } from '../../flow/observers/trial.ts'
import type { Did } from '../../model/did.ts'
import type { SyncFailure, SyncOnce, SyncTrigger } from '../../model/sync.ts'
import type { JobState } from '../../state/queue/queue.ts'
import type { RepoState, Tracking } from '../../state/storage/storage.ts'
import type { ConfigChange } from '../contract/config.ts'

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
    /** Repos that could not be fetched, or actions that have failed. @default both */
    readonly kind?: 'repo' | 'job'
    readonly limit: number
    readonly cursor?: string
  }): Promise<{ readonly jobs: readonly JobState[]; readonly cursor?: string }>
  /** Puts a dead letter back. @returns false when there is none with that number. */
  revive(id: number): Promise<boolean>
  readonly backfill: BackfillControl
  readonly observers: ObserversControl
  /**
   * Changes settings of the running service.
   *
   * @returns why it cannot be now; undefined where it is done.
   */
  changeConfig(change: ConfigChange, options: { readonly persist: boolean }): Promise<string | undefined>
  /** Begins to rebuild the search index. @returns false when that is under way. */
  reindexSearch(): boolean
}

/** What can be asked about observers. None of it runs an action. */
export interface ObserversControl {
  /** Those of the node; where none runs, those of the one that ran last. */
  list(): Promise<readonly ObserverJson[]>
  /** What each would do about an event. @param observers in place of those of the node. */
  test(event: ObservedEvent, observers?: readonly ShownObserver[]): Promise<readonly Verdict[]>
  /** What would have come to each of the records that were written since. */
  replay(sinceMs: number, observers?: readonly ShownObserver[]): Promise<Replay>
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
