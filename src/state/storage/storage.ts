import type { CollectionKind } from '../../model/collection.ts'
import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { Repo, RepoStatus } from '../../model/repo.ts'

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

  /** One page of all repos in the order of their DIDs. @throws {InvalidError} for a cursor that no page gave. */
  listRepos(query: RepoQuery): Promise<RepoPage>

  /**
   * Makes all changes durable together, or, when it rejects, none of them.
   * They are made in this order; two may concern the same repo.
   *
   * @throws {InvalidError} when one of them can never be stored. Any other failure is worth another try.
   */
  apply(changes: readonly RepoChange[]): Promise<void>

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
  /** The last entry of the stream of live events that concerned this repo; absent before the first. */
  readonly position?: number
}

export type ContentStatus = Exclude<RepoStatus, HiddenStatus>

/** What a host says of an account that is not active. */
export type HiddenStatus = (typeof hiddenStatuses)[number]

export const hiddenStatuses = ['deactivated', 'suspended', 'takendown', 'deleted'] as const

/** What one event, or several in a row, do to one repo. */
export interface RepoChange {
  /** The repo after the change. */
  readonly repo: RepoState
  /** Removes every record of the repo, before `puts`. @default false */
  readonly clear?: boolean
  readonly puts?: readonly StoredRecord[]
  readonly deletes?: readonly RecordAddress[]
}

export interface RecordQuery {
  readonly did?: Did
  readonly collection?: Nsid
  /** Records that link to this `at://` URI or DID, anywhere in them. */
  readonly linksTo?: string
  /** Fields named in the configuration (`index`), each equal to a value. Needs `collection`. */
  readonly where?: Readonly<Record<string, string | number | boolean>>
  /** At most this many records; fewer, even none, come with a cursor when many were visited that do not match. */
  readonly limit: number
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
  readonly limit: number
  readonly cursor?: string
}

export interface RepoPage {
  readonly repos: readonly Repo[]
  readonly cursor?: string
}

export interface StorageTotals {
  readonly records: number
  readonly collections: number
  readonly recordsByKind: Readonly<Record<CollectionKind, number>>
  readonly reposByStatus: Readonly<Record<RepoStatus, number>>
  readonly diskBytes: number
}
