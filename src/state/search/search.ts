import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { RecordAddress, StoredRecord } from '../../model/record.ts'

/** Full-text search over chosen fields of records. It knows addresses and text; the records are in the storage. */
export interface Search {
  /**
   * Makes all changes durable together. Making them again changes nothing, so that a batch cut short by a crash
   * can be repeated.
   */
  apply(changes: readonly SearchChange[]): Promise<void>

  /**
   * Makes one record be found by a text as well, besides what its fields say. That holds for this version of the
   * record, however often the index is rebuilt.
   *
   * @param text undefined takes back what was said before.
   */
  index(record: StoredRecord, text: string | undefined): Promise<void>

  /**
   * Finds records whose text holds every word of `text`, the best match first.
   * Any text is a valid query: nothing in it is an operator.
   *
   * @throws {InvalidError} for a cursor that no page gave.
   */
  query(query: SearchQuery): Promise<SearchPage>

  /**
   * Rebuilds the index from all records. What is staged stays as it is.
   *
   * @param onProgress called now and then with how many records were read so far.
   * @returns how many records were read.
   * @throws {InvalidError} when a rebuild is already under way.
   */
  reindex(records: AsyncIterable<StoredRecord>, onProgress?: (records: number) => void): Promise<number>

  /**
   * Removes from the disk what `clear`, `unveil`, `unstage` and `remove` have left, in slices that each take less
   * than 20 ms.
   *
   * @returns whether there is more.
   */
  sweep(): Promise<boolean>

  /**
   * Removes what is found of collections that are not kept any more, staged or not, in such slices. Their records are
   * gone by then, so that a rebuild that is under way brings none back.
   *
   * @returns how many documents were removed.
   */
  prune(keeps: (collection: Nsid) => boolean, signal?: AbortSignal): Promise<number>

  /**
   * Whether the index was built for other fields than are searched now, so that it has to be rebuilt. That may become
   * true again when something is unveiled whose staging began with other fields.
   */
  readonly isStale: boolean

  /** What the index takes on disk, in bytes. */
  diskBytes(): Promise<number>
}

/**
 * What one list of changes does to storage and search alike: a `RepoChange` of the storage is one of these.
 * Each is made in the order of `unstage`, `clear`, `stage`, `unveil`, `puts`, `deletes`.
 */
export interface SearchChange {
  readonly repo: { readonly did: Did }
  /** Removes every record of the repo, before `puts`. @default false */
  readonly clear?: boolean
  readonly puts?: readonly StoredRecord[]
  readonly deletes?: readonly RecordAddress[]
  /** Stages records of the tree with the root `data`, which are not found before `unveil`. What was staged of another is dropped. */
  readonly stage?: { readonly data: string; readonly puts: readonly StoredRecord[] }
  /** What is staged of this tree is found, instead of what was before, before `puts`; where nothing is, nothing changes. */
  readonly unveil?: { readonly data: string }
  /** Drops what is staged, before `stage`. @default false */
  readonly unstage?: boolean
  /** Removes all of the repo, and does nothing else. @default false */
  readonly remove?: boolean
}

export interface SearchQuery {
  readonly text: string
  readonly collection?: Nsid
  readonly limit: number
  readonly cursor?: string
}

export interface SearchPage {
  readonly hits: readonly SearchHit[]
  readonly cursor?: string
}

export interface SearchHit extends RecordAddress {
  /** Larger is better; comparable within one query only. */
  readonly score: number
}
