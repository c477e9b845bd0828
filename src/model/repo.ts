import type { Did } from './did.ts'

/**
 * How well the local copy of a repo stands.
 *
 * - `pending`: heard of, its whole content not known yet
 * - `syncing`: being fetched
 * - `synced`: its whole content is known: fetched, or followed from its first commit on
 * - `error`: fetching failed for good
 * - `desync`: an event did not continue what is stored; has to be fetched again
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

/** The local copy of one repo. */
export interface Repo {
  readonly did: Did
  readonly status: RepoStatus
  /** The last revision applied; absent before the first. */
  readonly rev?: string
  /** CID of the root of the repo's tree at `rev`, as text. */
  readonly data?: string
  readonly handle?: string
  /** When anything of this repo last changed here, in ms since 1970. */
  readonly updatedAtMs: number
}
