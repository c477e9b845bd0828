import { type Clock, steadyClock, wallClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import type { Backoff } from '../../model/repeat.ts'
import type { Hosts, ListedRepo } from '../../net/host/host.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { Streams } from '../../state/streams/streams.ts'

export interface ReconcilerOptions {
  /** The relay or PDS whose stream is followed. */
  readonly source: URL
  readonly hosts: Pick<Hosts, 'listRepos' | 'getLatestCommit'>
  readonly storage: Pick<Storage, 'listRepos' | 'repos' | 'totals' | 'note' | 'setNote'>
  readonly streams: Pick<Streams, 'append' | 'acknowledged' | 'drained'>
  /** The consumer group that applies both streams. */
  readonly group: string
  /** Called for each repo that has to be fetched, perhaps more than once. */
  readonly onStale: (did: Did) => void | Promise<void>
  /** Called with repos whose identity may have changed, since events are missing for certain. @default nothing is done */
  readonly onDoubt?: (dids: readonly Did[]) => void
  /**
   * Called with repos that the source lists and that are not known here, perhaps more than once. @default the listing is read
   *   no further than the known ones may reach
   */
  readonly onUnknown?: (repos: readonly ListedRepo[], signal: AbortSignal) => Promise<void>
  /** Says which host has a repo, for sources that do not know revisions. @default such repos are fetched */
  readonly hostOf?: (did: Did, signal: AbortSignal) => Promise<URL | undefined>
  /** Pages of the source's listing that are read; what they do not tell is asked one by one. @default 200 */
  readonly maxPages?: number
  /** Repos of a page, and of an entry. @default 1_000 */
  readonly pageSize?: number
  /** Repos that are asked for one by one, per second. @default 50 */
  readonly requestsPerSecond?: number
  /** Repos that are asked for one by one, at a time. @default 8 */
  readonly concurrency?: number
  /** How long after the last run another one begins whose cause is not certain, in ms. @default 10 minutes */
  readonly everyMs?: number
  /** Pauses while the stream holds this many entries. @default 100_000 */
  readonly highWater?: number
  /** How often a repo's own host is asked in vain before the repo is fetched. The source is asked for ever. @default 3 */
  readonly maxAttempts?: number
  /** How long to wait before a host is asked again. @default 1 s, doubling up to 60 s */
  readonly backoff?: Backoff
  /** What says when repos were confirmed. @default wallClock */
  readonly wallNow?: Clock
  /** @default steadyClock */
  readonly now?: Clock
  /** Called after each step. Must not throw. */
  readonly onProgress?: (progress: ReconcileProgress) => void
  /** Called for each failed attempt. Must not throw. */
  readonly onError?: (error: unknown) => void
  /** Called at the end of each run. Must not throw. */
  readonly onDone?: (progress: ReconcileProgress) => void
}

export interface ReconcileProgress {
  /** `waiting`: a gap is known and its time has not come; `idle`: none is. */
  readonly phase: 'idle' | 'waiting' | 'marking' | 'listing' | 'asking'
  /** Repos that were compared. */
  readonly done: number
  /** Repos that are to be compared, as far as is known. */
  readonly total: number
  /** Of those compared, the ones that are current. */
  readonly confirmed: number
  /** Of those compared, the ones that have to be fetched. */
  readonly stale: number
  /** How long the rest will take at the pace so far, in ms; absent where that is not known. */
  readonly leftMs?: number
}

export type ReconcilerSettings = ReconcilerOptions &
  Required<Pick<ReconcilerOptions, keyof typeof reconcilerDefaults>>

export const reconcilerDefaults = {
  maxPages: 200,
  pageSize: 1000,
  requestsPerSecond: 50,
  concurrency: 8,
  everyMs: 10 * 60_000,
  highWater: 100_000,
  maxAttempts: 3,
  backoff: { firstMs: 1000, maxMs: 60_000, jitter: 0.5 },
  wallNow: wallClock,
  now: steadyClock,
  onDoubt: () => {},
  onProgress: () => {},
  onError: () => {},
  onDone: () => {},
}
