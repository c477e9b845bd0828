import type { Did } from './did.ts'

/** What made a sync run begin. */
export type SyncTrigger = (typeof syncTriggers)[number]

export const syncTriggers = [
  'mcp',
  'write',
  'edit',
  'cli',
  'api',
  'background',
  'backfill',
  'resync',
  'observer',
] as const

/** Why a sync run failed, in the words of the metric. */
export type SyncFailure = (typeof syncFailures)[number]

export const syncFailures = [
  'auth',
  'network',
  'conflict',
  'rate_limited',
  'invalid',
  'timeout',
  'internal',
] as const

/** How a sync run ended, in the words of the metric; `panic`: by an exception that nobody foresaw. */
export type SyncOutcome = (typeof syncOutcomes)[number]

export const syncOutcomes = ['success', 'error', 'rate_limited', 'panic'] as const

/**
 * Where a sync run found fault with what it asked for: it could not be `fetched`, not be `parsed`, or is not what was
 * signed, and could not be `verified`.
 */
export type SyncFault = (typeof syncFaults)[number]

export const syncFaults = ['fetch', 'parse', 'verification'] as const

/** What is told of each sync run once it has ended, however it did. */
export interface SyncRun {
  readonly did: Did
  /** That of the call which began it. */
  readonly trigger: SyncTrigger
  readonly outcome: SyncOutcome
  /** Absent where it succeeded. */
  readonly reason?: SyncFailure
  /** Absent where it succeeded, or failed for another reason. */
  readonly fault?: SyncFault
  /** What went wrong, in words. Absent where it succeeded. */
  readonly message?: string
  readonly durationMs: number
  /** Records that it has created, updated or deleted. */
  readonly records: number
  /** Records that it has read of the repo's. */
  readonly extracted: number
  /** Records that it has read and left out, since their collections are not kept. */
  readonly filtered: number
  /** What was read from the host, in bytes. */
  readonly sizeBytes: number
}

/**
 * Brings the local copy of one repo up to date with its host. Every sync goes through here; a call for a repo that is
 * being synced joins that run.
 *
 * @throws an error whose `type` is one of `syncFailures`; what is stored has not changed.
 */
export type SyncOnce = (did: Did, trigger: SyncTrigger) => Promise<SyncResult>

export interface SyncResult {
  readonly did: Did
  /** The revision that is stored now. */
  readonly rev: string
  /** Records created, updated or deleted by the run; 0 means that the copy was up to date. */
  readonly records: number
  /** What was read from the host, in bytes. */
  readonly sizeBytes: number
  /** Whether the call joined a run that another had begun. */
  readonly joined: boolean
}
