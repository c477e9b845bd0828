import type { Did } from './did.ts'
import type { Nsid } from './nsid.ts'

/**
 * What a repository host says has happened, after the firehose has verified it
 * (https://atproto.com/specs/sync).
 */
export type RepoEvent = CommitEvent | SyncEvent | IdentityEvent | AccountEvent

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
