import { decode } from '@atcute/cbor'
import { recordUri, type StoredRecord } from '../../model/record.ts'

/** A record as the API shows it, its value in AT Protocol's JSON: links as `$link`, bytes as `$bytes`. */
export interface RecordJson {
  readonly uri: string
  readonly cid: string
  readonly rev: string
  readonly indexedAt: string
  /** `null` where the record cannot be shown as JSON: hosts store what others cannot read. */
  readonly value: unknown
  /** What the record is made of, in base64, where that is all there is to show. */
  readonly bytes?: string
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
    ...contentOf(record.bytes),
  }
}

function contentOf(bytes: Uint8Array): Pick<RecordJson, 'value' | 'bytes'> {
  const value = decoded(bytes)
  if (value !== undefined && isWithin(value, maxLevels)) return { value }
  return { value: null, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') }
}

/** The decoder's links and bytes become `$link` and `$bytes` by themselves when they are written as JSON. */
function decoded(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}

/** Writing JSON takes the stack a level deeper for each level of the value, and so does reading it in many clients. */
const maxLevels = 256

function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1))
}
