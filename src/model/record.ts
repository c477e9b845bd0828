import type { Did } from './did.ts'
import type { Nsid } from './nsid.ts'

/** Where a record stands: `at://did/collection/rkey` (https://atproto.com/specs/at-uri-scheme). */
export interface RecordAddress {
  readonly did: Did
  readonly collection: Nsid
  readonly rkey: string
}

/** A record as it is kept: its exact bytes, so that its CID can be checked again at any time. */
export interface StoredRecord extends RecordAddress {
  /** CID of `bytes`, as text. */
  readonly cid: string
  /** The revision of the repo that last wrote this record. */
  readonly rev: string
  /** The record in DAG-CBOR. */
  readonly bytes: Uint8Array
  /** When this copy was written, in ms since 1970. */
  readonly indexedAtMs: number
}

export function recordUri({ did, collection, rkey }: RecordAddress): string {
  return `at://${did}/${collection}/${rkey}`
}

export function isRecordKey(text: unknown): text is string {
  return typeof text === 'string' && recordKeySyntax.test(text)
}

/** The syntax of a record key: `.` and `..` are none. */
export const recordKeySyntax = /^(?!\.{1,2}$)[a-zA-Z0-9._:~-]{1,512}$/
