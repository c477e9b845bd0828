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
   * Finds records whose text holds every word of `text`, the best match first.
   * Any text is a valid query: nothing in it is an operator.
   *
   * @throws {InvalidError} for a cursor that no page gave.
   */
  query(query: SearchQuery): Promise<SearchPage>

  /**
   * Rebuilds the index from all records.
   *
   * @param onProgress called now and then with how many records were read so far.
   * @returns how many records were read.
   * @throws {InvalidError} when a rebuild is already under way.
   */
  reindex(records: AsyncIterable<StoredRecord>, onProgress?: (records: number) => void): Promise<number>

  /** Whether the index was built for other fields than are searched now, so that it has to be rebuilt. */
  readonly isStale: boolean

  /** What the index takes on disk, in bytes. */
  diskBytes(): Promise<number>
}

/** The same shape as the storage's changes, so that one list serves both. */
export interface SearchChange {
  readonly repo: { readonly did: Did }
  readonly clear?: boolean
  readonly puts?: readonly StoredRecord[]
  readonly deletes?: readonly RecordAddress[]
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
