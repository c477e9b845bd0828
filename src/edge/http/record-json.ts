import { recordUri, type StoredRecord } from '../../model/record.ts'
import { type RecordContent, recordContent } from '../../model/record-content.ts'

/** A record as the API shows it. */
export interface RecordJson extends RecordContent {
  readonly uri: string
  readonly cid: string
  readonly rev: string
  readonly indexedAt: string
}

/**
 * Where a page of records ends, in bytes of them as they are stored. JSON makes six bytes of one at most: a control
 * character, or the word `false`.
 */
export const pageBytes = 1 << 20

export function recordJson(record: StoredRecord): RecordJson {
  return {
    uri: recordUri(record),
    cid: record.cid,
    rev: record.rev,
    indexedAt: new Date(record.indexedAtMs).toISOString(),
    ...recordContent(record.bytes),
  }
}
