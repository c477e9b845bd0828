import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'

/** Where a record stands in the node's own repo. */
export interface LocalKey {
  readonly collection: Nsid
  readonly rkey: string
}

/** A record as JSON has it: links as `{"$link": "bafy…"}`, bytes as `{"$bytes": "base64"}`, no fractions. */
export type RecordValue = Readonly<Record<string, unknown>>

export interface LocalRecord {
  readonly uri: string
  readonly cid: string
  /** The revision that wrote it. */
  readonly rev: string
  /** The record in DAG-CBOR, whose CID is `cid`. */
  readonly bytes: Uint8Array
}

export interface WriteCondition {
  /**
   * Writes only where the record now has this CID; `null`: only where there is no record. @default whatever is there
   */
  readonly swap?: string | null
}

export interface PutResult {
  readonly uri: string
  readonly cid: string
  /** The revision that the repo has now. */
  readonly rev: string
  /** Whether there was no record before. */
  readonly created: boolean
  /** False where the record was the same already: nothing was written, and `rev` is that of before. */
  readonly changed: boolean
}

/**
 * The node's own repo, as whoever writes into it sees it. A write that is answered is on disk; what follows (`syncOnce`
 * by the trigger `write` for a creation and `edit` for a change or a deletion, and the event to subscribers) happens by
 * itself, whoever has written. All calls may overlap; they are carried out in their order.
 */
export interface LocalRecords {
  readonly did: Did

  /**
   * Creates a record, or replaces it.
   *
   * @throws {LocalConflictError} when `swap` does not hold.
   * @throws {InvalidRecordError} when the key or the record breaks a rule.
   * @throws {RecordTooLargeError} when the record has too many bytes.
   * @throws {LocalRepoClosedError} once the node ends.
   */
  put(key: LocalKey, value: RecordValue, condition?: WriteCondition): Promise<PutResult>

  /**
   * Deletes a record.
   *
   * @returns undefined when there is no such record.
   * @throws as `put` does.
   */
  delete(key: LocalKey, condition?: WriteCondition): Promise<{ readonly rev: string } | undefined>

  /** @returns the record as it was last written; undefined when there is none. */
  get(key: LocalKey): Promise<LocalRecord | undefined>
}
