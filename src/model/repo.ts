import type { Did } from './did.ts'

/**
 * How well the local copy of a repo stands.
 *
 * - `pending`: heard of, its whole content not known yet
 * - `syncing`: being fetched; what is stored is what it was before, and its events wait
 * - `synced`: what is stored equals the tree of a commit that was verified, and nothing newer is known to have
 *   replaced it
 * - `error`: fetching failed for good
 * - `desync`: was synced, and is not known to be any more; has to be fetched again
 * - the rest: what its host says of the account; records are kept and hidden, or removed when `deleted`
 */
export type RepoStatus = (typeof repoStatuses)[number]

export const repoStatuses = [
  'pending',
  'syncing',
  'synced',
  'error',
  'desync',
  'deactivated',
  'suspended',
  'takendown',
  'deleted',
] as const

/**
 * Why a repo is no longer known to be synced.
 *
 * - `rejected`: a commit was refused, whatever for
 * - `gap`: events are missing from the stream
 * - `chain`: a commit did not continue what is stored
 * - `sync_event`: its host has announced another state
 * - `filter`: more of it is to be kept than was
 * - `key`: a commit was not signed by the key that its DID has
 * - `rev`: a commit calls itself too far ahead of our clock
 */
export type DesyncReason = (typeof desyncReasons)[number]

export const desyncReasons = ['rejected', 'gap', 'chain', 'sync_event', 'filter', 'key', 'rev'] as const

export interface Desync {
  readonly reason: DesyncReason
  /** In ms since 1970. */
  readonly sinceMs: number
  /** A verified revision that is newer than what is stored, where one is known: nothing older makes it synced. */
  readonly rev?: string
  /**
   * The newest revision that a refused commit called itself. Nothing has proven it, so it binds only the chain of
   * commits: an older commit that continues what is stored does not make the repo synced.
   */
  readonly claimedRev?: string
}

/** The local copy of one repo. */
export interface Repo {
  readonly did: Did
  readonly status: RepoStatus
  /** The last revision applied; absent before the first. */
  readonly rev?: string
  /** CID of the root of the tree that what is stored equals, as text; absent where it is not known to equal one. */
  readonly data?: string
  /** Absent where it was never synced, or is. */
  readonly desync?: Desync
  readonly handle?: string
  /** When anything of this repo last changed here, in ms since 1970. */
  readonly updatedAtMs: number
}
