import type { Did } from './did.ts'
import type { Nsid } from './nsid.ts'

/**
 * What a repository host says has happened, after the firehose has verified it as far as it could
 * (https://atproto.com/specs/sync).
 */
export type RepoEvent =
  | CommitEvent
  | SyncEvent
  | IdentityEvent
  | AccountEvent
  | RejectedEvent
  | UnverifiedEvent

interface EventBase {
  readonly did: Did
  /** Position in the stream of the host it came from. */
  readonly seq: number
  /** When the host first sent it, in ms since 1970, by the host's clock. */
  readonly timeMs: number
}

/** Records of a repo were created, updated or deleted. */
export interface CommitEvent extends EventBase {
  readonly kind: 'commit'
  readonly rev: string
  /** CID of the root of the repo's tree after this commit. */
  readonly data: string
  /**
   * CID of that root before this commit: found by undoing the operations where the commit was verified in full, and
   * otherwise what the commit claims; absent where there is neither.
   */
  readonly prevData?: string
  /**
   * The revision before this commit, as the host states it; absent for the first one of a repo, and where all is
   * verified and the tree before could not be.
   */
  readonly since?: string
  /** What became of each record that the commit touched: one operation per key, the last one. */
  readonly operations: readonly Operation[]
}

/** A repo was set to a new state without saying which records changed; its content has to be fetched. */
export interface SyncEvent extends EventBase {
  readonly kind: 'sync'
  readonly rev: string
  readonly data: string
}

/** The DID document or the handle may have changed. */
export interface IdentityEvent extends EventBase {
  readonly kind: 'identity'
  readonly handle?: string
}

/** The hosting of an account changed at its host. */
export interface AccountEvent extends EventBase {
  readonly kind: 'account'
  readonly active: boolean
  /** Why it is not active, in the host's words: `deactivated`, `suspended`, `takendown`, `deleted` or others. */
  readonly status?: string
}

/** A commit or a new state was refused: the repo may have moved on without us. */
export interface RejectedEvent extends EventBase {
  readonly kind: 'rejected'
  /** `key`: not signed by the key that its DID has now; `rev`: too far ahead of our clock. */
  readonly reason: 'rejected' | 'key' | 'rev'
  /** What it calls itself, which nothing has proven. */
  readonly rev: string
}

/** A commit or a new state whose DID has no known key yet; it is verified once that is looked up. */
export interface UnverifiedEvent extends EventBase {
  readonly kind: 'unverified'
  readonly rev: string
  /** The message as it came, in DAG-CBOR: its frame. */
  readonly frame: Uint8Array
}

export type Operation = WriteOperation | DeleteOperation

export interface WriteOperation {
  readonly op: 'create' | 'update'
  readonly collection: Nsid
  readonly rkey: string
  /** CID of `record`, as text. */
  readonly cid: string
  /** The record in DAG-CBOR, checked against `cid`. */
  readonly record: Uint8Array
}

export interface DeleteOperation {
  readonly op: 'delete'
  readonly collection: Nsid
  readonly rkey: string
}

/** The root of a tree without records: whatever follows it is the whole content of its repo. */
export const emptyTree = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'
