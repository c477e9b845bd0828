import type { Did } from './did.ts'
import type { Nsid } from './nsid.ts'
import type { DesyncReason } from './repo.ts'

/**
 * What the stream `firehose_backfill` carries: steps of sync runs, and what else is found out about repos aside from
 * the stream of live events. The indexer applies them, so that each repo has one writer and one order of changes.
 */
export type BackfillEntry =
  | BeginStep
  | PartStep
  | EndStep
  | AbortStep
  | LapseStep
  | ConfirmStep
  | AccountStep
  | KeyStep
  | HandleStep
  | RemoveStep

/**
 * A sync run of a repo begins: from here on its live events are held. An earlier run of it is void. Its host, and the
 * store for what differs, are asked after this is acknowledged: what has come up before is what the run answers.
 */
export interface BeginStep {
  readonly kind: 'begin'
  readonly did: Did
  /** Names the run; no two runs have the same. */
  readonly ticket: string
}

/** Records of a tree that is staged: nobody sees them before the `end`. Parts come in the order of their paths. */
export interface PartStep {
  readonly kind: 'part'
  readonly did: Did
  readonly ticket: string
  /** CID of the root of the tree, as text. What was staged of another is void. */
  readonly data: string
  readonly rev: string
  readonly puts: readonly BackfillRecord[]
}

/** The run is done: what is staged, or else the changes here, become what is stored. Then the events held are applied. */
export interface EndStep {
  readonly kind: 'end'
  readonly did: Did
  readonly ticket: string
  readonly data: string
  readonly rev: string
  /** Whether the parts are the whole content; otherwise `puts` and `deletes` are the difference to what is stored. */
  readonly staged: boolean
  readonly puts: readonly BackfillRecord[]
  readonly deletes: readonly { readonly collection: Nsid; readonly rkey: string }[]
}

/** The run has failed: the repo is what it was before it began, or `error`, and the events held are applied. */
export interface AbortStep {
  readonly kind: 'abort'
  readonly did: Did
  readonly ticket: string
  /** Whether no other try will follow by itself. */
  readonly isFinal: boolean
}

/**
 * Repos that are synced are not known to be any more. A repo that is not known becomes `pending`. Events of them that
 * are held are older than this and dropped, since a sync run has to follow.
 */
export interface LapseStep {
  readonly kind: 'lapse'
  readonly dids: readonly Did[]
  readonly reason: DesyncReason
  /**
   * The last entry of the stream of live events before the gap, or kept by the filter of before: it is applied first,
   * so that nothing older than this makes a repo synced again. @default as soon as this is read
   */
  readonly after?: number
}

/**
 * The host has shown that these revisions are its latest; a repo that stands there, and that nothing has come up about
 * since the host was asked, is synced again.
 */
export interface ConfirmStep {
  readonly kind: 'confirm'
  /** Just before the host was asked, by our clock, in ms since 1970. */
  readonly askedMs: number
  readonly repos: readonly { readonly did: Did; readonly rev: string }[]
}

/** What a host says of an account when it is asked, for the event that was missed. */
export interface AccountStep {
  readonly kind: 'account'
  readonly did: Did
  /**
   * The last entry of the stream of live events before the host was asked: it is applied first. What later ones say of the
   * account is newer than this, also where they were applied before it.
   */
  readonly after: number
  readonly active: boolean
  /** Why it is not active, in the host's words. */
  readonly status?: string
}

/** The identity of a DID was looked up, and its events that waited for that can be verified. */
export interface KeyStep {
  readonly kind: 'key'
  readonly did: Did
  /** `z…`; absent where the DID has none and will not get one, so that the events are refused. */
  readonly signingKey?: string
  /** Whether events that this key does not fit are refused, and do not wait for another look. */
  readonly isFinal: boolean
}

/** The handle that the DID document names, verified; `handle.invalid` otherwise. */
export interface HandleStep {
  readonly kind: 'handle'
  readonly did: Did
  readonly handle: string
}

/** Nothing of the repo is to be kept. */
export interface RemoveStep {
  readonly kind: 'remove'
  readonly did: Did
}

/** A record as a CAR file had it, verified. */
export interface BackfillRecord {
  readonly collection: Nsid
  readonly rkey: string
  readonly cid: string
  readonly bytes: Uint8Array
}
