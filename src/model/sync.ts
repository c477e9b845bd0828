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
