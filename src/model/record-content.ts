import { decode } from '@atcute/cbor'
import { isWithin } from './depth.ts'

/** What a record holds, in AT Protocol's JSON: links as `$link`, bytes as `$bytes`. */
export interface RecordContent {
  /** `null` where the record cannot be shown as JSON: hosts store what others cannot read. */
  readonly value: unknown
  /** What the record is made of, in base64, where that is all there is to show. */
  readonly bytes?: string
}

export function recordContent(bytes: Uint8Array): RecordContent {
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
