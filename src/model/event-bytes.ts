import { InvalidError } from './errors.ts'
import type { CommitEvent, Operation, RepoEvent } from './event.ts'

/**
 * Turns an event into the bytes that streams carry: a version, the length of a header, the header in JSON, and
 * the records one after the other. Twice as fast as CBOR of the whole, and reading copies no record.
 */
export function encodeEvent(event: RepoEvent): Uint8Array {
  if (event.kind !== 'commit') return encode(JSON.stringify(event), [])
  const { did, seq, timeMs, rev, data, prevData = null, operations } = event
  const records: Uint8Array[] = []
  const rows = operations.map((operation): Row => {
    const { op, collection, rkey } = operation
    if (op === 'delete') return [op, collection, rkey]
    records.push(operation.record)
    return [op, collection, rkey, operation.cid, operation.record.length]
  })
  return encode(JSON.stringify([did, seq, timeMs, rev, data, prevData, rows] satisfies Header), records)
}

/**
 * Reads what `encodeEvent` wrote. Records are views on `bytes`.
 *
 * @throws {InvalidError} when the bytes are anything else.
 */
export function decodeEvent(bytes: Uint8Array): RepoEvent {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < headerStart || buffer[0] !== version) throw new InvalidError('not an event')
  const recordsStart = headerStart + buffer.readUInt32LE(1)
  if (recordsStart > buffer.length) throw new InvalidError('the event is cut off')
  const header = parse(buffer.toString('utf8', headerStart, recordsStart))
  if (Array.isArray(header)) return commitFrom(header as unknown as Header, bytes, recordsStart)
  if (!isPlainEvent(header)) throw new InvalidError('not an event')
  return header
}

type Header = readonly [
  did: CommitEvent['did'],
  seq: number,
  timeMs: number,
  rev: string,
  data: string,
  prevData: string | null,
  rows: readonly Row[],
]

type Row =
  | readonly [op: 'create' | 'update', collection: string, rkey: string, cid: string, length: number]
  | readonly [op: 'delete', collection: string, rkey: string]

const knownOps: readonly unknown[] = ['create', 'update', 'delete']

const version = 1
const headerStart = 5

function encode(header: string, records: readonly Uint8Array[]): Uint8Array {
  const headerBytes = Buffer.byteLength(header)
  let at = headerStart + headerBytes
  const bytes = Buffer.allocUnsafe(records.reduce((sum, record) => sum + record.length, at))
  bytes[0] = version
  bytes.writeUInt32LE(headerBytes, 1)
  bytes.write(header, headerStart, 'utf8')
  for (const record of records) {
    bytes.set(record, at)
    at += record.length
  }
  return bytes
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidError('the event has a broken header', { cause })
  }
}

function commitFrom(header: Header, bytes: Uint8Array, recordsStart: number): CommitEvent {
  const [did, seq, timeMs, rev, data, prevData, rows] = header
  if (
    !isBase(did, seq, timeMs) ||
    typeof rev !== 'string' ||
    typeof data !== 'string' ||
    !Array.isArray(rows)
  ) {
    throw new InvalidError('the commit lacks a part')
  }
  let at = recordsStart
  const operations = (rows as readonly Row[]).map((row): Operation => {
    if (!Array.isArray(row) || !knownOps.includes(row[0]))
      throw new InvalidError('the commit has an unknown part')
    const [op, collection, rkey] = row
    if (op === 'delete') return { op, collection, rkey }
    const [, , , cid, length] = row
    const record = bytes.subarray(at, at + length)
    if (record.length !== length) throw new InvalidError('the commit lacks a record')
    at += length
    return { op, collection, rkey, cid, record }
  })
  if (at !== bytes.length) throw new InvalidError('the commit has bytes left over')
  const base = { kind: 'commit', did, seq, timeMs, rev, data, operations } as const
  return prevData === null ? base : { ...base, prevData }
}

function isPlainEvent(header: unknown): header is Exclude<RepoEvent, CommitEvent> {
  if (typeof header !== 'object' || header === null) return false
  const { kind, did, seq, timeMs, rev, data, active } = header as Record<string, unknown>
  if (!isBase(did, seq, timeMs)) return false
  if (kind === 'sync') return typeof rev === 'string' && typeof data === 'string'
  return kind === 'identity' || (kind === 'account' && typeof active === 'boolean')
}

function isBase(did: unknown, seq: unknown, timeMs: unknown): boolean {
  return typeof did === 'string' && typeof seq === 'number' && typeof timeMs === 'number'
}
