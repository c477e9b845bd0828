import type { CollectionKind } from '../../model/collection.ts'
import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { DesyncReason, Repo, RepoStatus } from '../../model/repo.ts'

/**
 * Keeps repos and their records. `get` and `query` hide the records of accounts that are not active,
 * `scan` shows them.
 */
export interface Storage extends AsyncDisposable {
  get(address: RecordAddress): Promise<StoredRecord | undefined>

  /**
   * One page of records in the order in which they were first stored.
   *
   * @throws {InvalidError} when the query cannot be answered as asked: a cursor that no page gave, a field that is
   *   not indexed or whose index is not ready.
   */
  query(query: RecordQuery): Promise<RecordPage>

  /** Every record, or those of one repo, in the order in which they were first stored. */
  scan(did?: Did): AsyncIterable<StoredRecord>

  /** One repo; undefined when it is not known. */
  getRepo(did: Did): Promise<RepoState | undefined>

  /** The repos among `dids` that are known, for a caller that is about to change them. */
  repos(dids: readonly Did[]): Promise<ReadonlyMap<Did, RepoState>>

  /** The events of a repo that wait, the oldest first. */
  held(did: Did, limit: number): Promise<readonly HeldEvent[]>

  /** Repos that have events waiting, in the order of their DIDs, after `after`. */
  withHeld(after: Did | undefined, limit: number): Promise<readonly RepoState[]>

  /**
   * Repos whose events have waited longest: as many as have to go for no more to wait than may, or the first of them.
   * Those that wait for the end of a sync run, which is near, are left out.
   */
  heldBeyond(limits: HeldLimits): Promise<readonly Did[]>

  /** What is staged of a repo: of which tree, and the path of the last record, '' before it; undefined where nothing is. */
  staged(did: Did): Promise<{ readonly data: string; readonly lastPath: string } | undefined>

  /** Path (`collection/rkey`) and CID of every record of a repo, in no order, hidden ones included. */
  entries(did: Did): AsyncIterable<{ readonly path: string; readonly cid: string }>

  /** How many records are kept of a repo, up to `most`. */
  countRecords(did: Did, most: number): Promise<number>

  /**
   * Removes from the disk a slice of what `clear`, `unveil`, `unstage` and `remove` have left, which takes less than
   * 20 ms. The caller pauses between slices.
   *
   * @returns whether there is more.
   */
  sweep(): Promise<boolean>

  /** Removes records of collections that are not kept any more, in such slices. @returns how many were removed. */
  prune(keeps: (collection: Nsid) => boolean, signal?: AbortSignal): Promise<number>

  /** Remembers what was said of a repo; `undefined` forgets it. */
  setTracking(did: Did, tracking: Tracking | undefined): Promise<void>

  /** All that was said of repos. */
  tracking(): Promise<ReadonlyMap<Did, Tracking>>

  /** A small text that is kept under a name, such as the filter that the content was kept by. */
  note(key: string): Promise<string | undefined>
  setNote(key: string, value: string | undefined): Promise<void>

  /** One page of all repos in the order of their DIDs. @throws {InvalidError} for a cursor that no page gave. */
  listRepos(query: RepoQuery): Promise<RepoPage>

  /**
   * Makes all changes durable together, or, when it rejects, none of them.
   * They are made in this order; two may concern the same repo.
   *
   * @param observed entries that the stream `observed` gets together with the changes: it has what is stored, and
   *   nothing else. @default none
   * @throws {InvalidError} when one of them can never be stored. Any other failure is worth another try.
   */
  apply(changes: readonly RepoChange[], observed?: readonly Uint8Array[]): Promise<void>

  /**
   * Brings the index of fields up to the configuration, after which `where` answers for all of them.
   * Reads and changes continue meanwhile; what has been done is kept when it is cut short.
   *
   * @returns how many records were reindexed; 0 when the configuration has not changed.
   */
  reindex(signal?: AbortSignal): Promise<number>

  /** How much there is, kept up to date with each change, so that asking is cheap. */
  totals(): Promise<StorageTotals>
}

/** A repo, with what it takes to continue from there. */
export interface RepoState extends Repo {
  /** How complete the copy is, whatever its host says of the account: the `status` while the account is active. */
  readonly content: ContentStatus
  /** The sync run that is under way while `content` is `syncing`; otherwise one that a deletion of the account ended. */
  readonly run?: SyncRunState
  /** How many of its events are held. The storage counts them (`RepoChange.hold`), whatever a change says. @default 0 */
  readonly held?: number
  /** When it was last shown that nothing newer is known: a commit continued it, or a run ended; in ms since 1970. */
  readonly confirmedAtMs?: number
  /** The last entry of the stream of live events that concerned this repo; absent before the first. */
  readonly position?: number
  /** The last one that said whether the account is active, or before which a host was not asked; absent before the first. */
  readonly accountPosition?: number
}

export interface SyncRunState {
  readonly ticket: string
  /** What the repo was before, and is again if the run fails. */
  readonly before: Exclude<ContentStatus, 'syncing'>
  /** What has come up during the run and may be missing from what it fetches: the repo is `desync` after it. */
  readonly lapsed?: DesyncReason
  /** The newest revision among the events that were dropped then. */
  readonly claimedRev?: string
}

export type ContentStatus = Exclude<RepoStatus, HiddenStatus>

/** What a host says of an account that is not active. */
export type HiddenStatus = (typeof hiddenStatuses)[number]

export const hiddenStatuses = ['deactivated', 'suspended', 'takendown', 'deleted'] as const

/** Whether a status hides what is kept of a repo. */
export function isHidden(status: string): status is HiddenStatus {
  return (hiddenStatuses as readonly string[]).includes(status)
}

/** What one event, or several in a row, do to one repo. */
export interface RepoChange {
  /** The repo after the change. */
  readonly repo: RepoState
  /** Removes every record of the repo, before `puts`, at once for those who ask; the disk follows. @default false */
  readonly clear?: boolean
  readonly puts?: readonly StoredRecord[]
  readonly deletes?: readonly RecordAddress[]
  /** Stages records that nobody sees before `unveil`. Those up to the last path staged of this tree are skipped. */
  readonly stage?: Stage
  /**
   * Makes what is staged of this tree the content of the repo, instead of what it was, before `puts`. It is wrong
   * where nothing is staged of that tree (a part without records stages an empty one), unless the repo had that
   * `data` before.
   */
  readonly unveil?: { readonly data: string }
  /** Drops what is staged, before `stage`. @default false */
  readonly unstage?: boolean
  /** Adds to the events that wait, in order; bounded by the caller. */
  readonly hold?: readonly Uint8Array[]
  /** Removes the events that wait up to and including this one. */
  readonly release?: number
  /** Removes the repo itself with all that is kept of it. @default false */
  readonly remove?: boolean
}

export interface Stage {
  /** CID of the root of the tree they belong to, as text. What was staged of another tree is dropped. */
  readonly data: string
  /** In the order of their paths, after all that were staged of this tree before. */
  readonly puts: readonly StoredRecord[]
}

/** An event that waits for the end of a sync run, or for a key. */
export interface HeldEvent {
  /** Grows within a repo. */
  readonly id: number
  readonly payload: Uint8Array
}

/** What the operator, or a caller of the API, has said of one repo. */
export type Tracking = 'tracked' | 'untracked'

export interface RecordQuery {
  readonly did?: Did
  readonly collection?: Nsid
  /** Records that link to this `at://` URI or DID, anywhere in them. */
  readonly linksTo?: string
  /** Fields named in the configuration (`index`), each equal to a value. Needs `collection`. */
  readonly where?: Readonly<Record<string, string | number | boolean>>
  /** At most this many records; fewer, even none, come with a cursor when many were visited that do not match. */
  readonly limit: number
  /** At most so many bytes of records, in which a first one that is larger comes alone. @default no limit */
  readonly maxBytes?: number
  /** The `cursor` of the page before. */
  readonly cursor?: string
}

export interface RecordPage {
  readonly records: readonly StoredRecord[]
  /** Asks for the next page; absent on the last. */
  readonly cursor?: string
}

export interface RepoQuery {
  readonly status?: RepoStatus
  /**
   * Only those that were not confirmed since then, in ms since 1970. A page then has fewer repos, even none, and yet a
   * cursor when many were visited that do not match.
   */
  readonly confirmedBeforeMs?: number
  readonly limit: number
  readonly cursor?: string
}

/** How much of all repos may wait. */
export interface HeldLimits {
  readonly events: number
  readonly bytes: number
}

export interface RepoPage {
  readonly repos: readonly Repo[]
  readonly cursor?: string
}

export interface StorageTotals {
  /** Those on the disk: what is staged counts, and so does what `sweep` has not removed yet. Likewise below. */
  readonly records: number
  readonly collections: number
  readonly recordsByKind: Readonly<Record<CollectionKind, number>>
  readonly reposByStatus: Readonly<Record<RepoStatus, number>>
  /** Events that wait (`hold`). */
  readonly heldEvents: number
  readonly diskBytes: number
}
