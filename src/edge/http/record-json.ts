import { decode } from '@atcute/cbor'
import { recordUri, type StoredRecord } from '../../model/record.ts'

/** A record as the API shows it, its value in AT Protocol's JSON: links as `$link`, bytes as `$bytes`. */
export interface RecordJson {
  readonly uri: string
  readonly cid: string
  readonly rev: string
  readonly indexedAt: string
  readonly value: unknown
}

export function recordJson(record: StoredRecord): RecordJson {
  return {
    uri: recordUri(record),
    cid: record.cid,
    rev: record.rev,
    indexedAt: new Date(record.indexedAtMs).toISOString(),
    // The decoder's links and bytes become `$link` and `$bytes` by themselves when they are written as JSON.
    value: decode(record.bytes),
  }
}
