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

  /** One page of records in a stable order. @throws {UsageError} when the query cannot be answered as asked. */
  query(query: RecordQuery): Promise<RecordPage>

  /** Every record, or those of one repo, in a stable order. */
  scan(did?: Did): AsyncIterable<StoredRecord>

  /** The repos among `dids` that are known. */
  repos(dids: readonly Did[]): Promise<ReadonlyMap<Did, Repo>>

  /** One page of all repos in the order of their DIDs. */
  listRepos(query: RepoQuery): Promise<RepoPage>

  /**
   * Makes all changes durable together, or, when it rejects, none of them.
   * They are made in the order given; two may concern the same repo.
   */
  apply(changes: readonly RepoChange[]): Promise<void>

  /** How much there is, kept up to date with each change, so that asking is cheap. */
  totals(): Promise<StorageTotals>
}

/** What one event does to one repo. */
export interface RepoChange {
  /** The repo as it is afterwards. */
  readonly repo: Repo
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
  /** At most this many records. */
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
