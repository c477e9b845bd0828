import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'

/** What the node's own repo is made of, and what its subscribers are told. One repo, written by one writer. */
export interface LocalStore {
  /** Where the repo stands; undefined before the first commit. */
  head(): Promise<LocalHead | undefined>

  /** Path and CID of each record, in the order of the tree. */
  entries(): Promise<readonly LocalEntry[]>

  get(path: string): Promise<LocalRow | undefined>

  /** One page of the records of a collection, by their keys. */
  list(query: LocalQuery): Promise<readonly LocalRow[]>

  /** The collections that have records. */
  collections(): Promise<readonly Nsid[]>

  /**
   * The contents of records by their CIDs; those that are not kept are left out. What a commit has replaced is kept for
   * `keepDroppedMs`, so that whoever reads the repo as it was before finds it whole.
   */
  contents(cids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>

  /** The paths that were written or deleted after a revision, in the order of the tree. */
  changedSince(rev: string): Promise<readonly string[]>

  /** Keeps commits with their events, all of it or nothing. It is on the disk when this resolves. */
  write(change: LocalChange): Promise<void>

  /** The numbers of the oldest and the newest event that are kept; 1 and 0 before there is any. */
  range(): Promise<EventRange>

  /** Events after a number, in order: at least one where there is any, and no more bytes than `maxBytes` beyond it. */
  events(after: number, limits: EventLimits): Promise<readonly LocalEvent[]>
}

export interface LocalHead {
  readonly did: Did
  readonly rev: string
  /** The commit in DAG-CBOR. */
  readonly commit: Uint8Array
  /** CID of the root of its tree. */
  readonly data: string
  /** What the last write did. */
  readonly action: LocalAction
}

export type LocalAction = 'create' | 'update' | 'delete'

export interface LocalEntry {
  /** Collection and record key, with a slash between. */
  readonly path: string
  readonly cid: string
}

export interface LocalRow extends LocalEntry {
  /** The revision that wrote it. */
  readonly rev: string
  /** The record in DAG-CBOR. */
  readonly bytes: Uint8Array
}

export interface LocalQuery {
  readonly collection: Nsid
  readonly limit: number
  /** The page ends once its records have so many bytes. */
  readonly maxBytes: number
  /** Begins after this key, in the direction of the list. */
  readonly after?: string
  /** From the first key to the last. @default the last key comes first */
  readonly isAscending?: boolean
}

export interface LocalChange {
  readonly head: LocalHead
  /** In their order: a later one of the same path wins. */
  readonly records: readonly LocalWrite[]
  readonly events: readonly LocalEvent[]
  /** By the steady clock, in ms since 1970. */
  readonly nowMs: number
}

/** A record that is written, or deleted where it has no content. */
export interface LocalWrite {
  readonly path: string
  readonly rev: string
  readonly content?: { readonly cid: string; readonly bytes: Uint8Array }
}

export interface LocalEvent {
  readonly seq: number
  /** As subscribers receive it. */
  readonly frame: Uint8Array
}

export interface EventRange {
  readonly oldest: number
  readonly last: number
}

export interface EventLimits {
  readonly most: number
  readonly maxBytes: number
}
