import type { BackfillEntry, BackfillRecord, EndStep, PartStep } from './backfill.ts'
import { isDid } from './did.ts'
import { InvalidError } from './errors.ts'
import { desyncReasons } from './repo.ts'

/**
 * Turns an entry into the bytes that the stream carries: a version, the length of a header, the header in JSON, and
 * the records one after the other. Reading copies no record.
 *
 * @param memory holds the bytes if they fit into it.
 */
export function encodeBackfillEntry(entry: BackfillEntry, memory?: ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (entry.kind !== 'part' && entry.kind !== 'end') return encode(JSON.stringify(entry), [], memory)
  const { did, ticket, data, rev, puts } = entry
  const base = [did, ticket, data, rev, groupsOf(puts)] as const
  const header: Header =
    entry.kind === 'part'
      ? base
      : [...base, entry.staged, entry.deletes.flatMap(({ collection, rkey }) => [collection, rkey])]
  return encode(JSON.stringify(header), puts, memory)
}

/**
 * Reads what `encodeBackfillEntry` wrote. Records are views on `bytes`.
 *
 * @throws {InvalidError} when the bytes are anything else.
 */
export function decodeBackfillEntry(bytes: Uint8Array): BackfillEntry {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < headerStart || buffer[0] !== version) throw new InvalidError('not a backfill entry')
  const recordsStart = headerStart + buffer.readUInt32LE(1)
  if (recordsStart > buffer.length) throw new InvalidError('the backfill entry is cut off')
  const header = parse(buffer.toString('utf8', headerStart, recordsStart))
  if (Array.isArray(header)) return stepFrom(header as unknown as Header, bytes, recordsStart)
  if (!isPlainEntry(header) || recordsStart !== buffer.length)
    throw new InvalidError('not a backfill entry that is known')
  return header
}

type Header =
  | readonly [did: PartStep['did'], ticket: string, data: string, rev: string, puts: readonly Group[]]
  | readonly [
      did: EndStep['did'],
      ticket: string,
      data: string,
      rev: string,
      puts: readonly Group[],
      staged: boolean,
      /** Collection and key in turns. */
      deletes: readonly string[],
    ]

/**
 * Records of one collection that follow one another. Key, CID and length stand in turns in one list: an array for each
 * record would take JSON twice the time.
 */
type Group = readonly [collection: string, rows: readonly (string | number)[]]

const version = 1
const headerStart = 5

function groupsOf(puts: readonly BackfillRecord[]): readonly Group[] {
  const groups: Group[] = []
  let current = ''
  let rows: (string | number)[] = []
  for (const { collection, rkey, cid, bytes } of puts) {
    if (collection !== current) {
      current = collection
      rows = []
      groups.push([collection, rows])
    }
    rows.push(rkey, cid, bytes.length)
  }
  return groups
}

function encode(
  header: string,
  puts: readonly BackfillRecord[],
  memory: ArrayBuffer | undefined,
): Uint8Array<ArrayBuffer> {
  const headerBytes = Buffer.byteLength(header)
  let at = headerStart + headerBytes
  const length = puts.reduce((sum, { bytes }) => sum + bytes.length, at)
  // Otherwise in memory of its own, so that it can be handed from one thread to another.
  const entry =
    memory && length <= memory.byteLength ? Buffer.from(memory, 0, length) : Buffer.allocUnsafeSlow(length)
  entry[0] = version
  entry.writeUInt32LE(headerBytes, 1)
  entry.write(header, headerStart, 'utf8')
  for (const { bytes } of puts) {
    entry.set(bytes, at)
    at += bytes.length
  }
  return entry
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidError('the backfill entry has a broken header', { cause })
  }
}

function stepFrom(header: Header, bytes: Uint8Array, recordsStart: number): PartStep | EndStep {
  const [did, ticket, data, rev, groups, staged, deletes] = header
  if (!isDid(did) || !isText(ticket) || !isText(data) || !isText(rev) || !Array.isArray(groups))
    throw new InvalidError('the step of a sync run lacks a part')
  const puts = recordsFrom(groups, bytes, recordsStart)
  if (header.length === 5) return { kind: 'part', did, ticket, data, rev, puts }
  if (typeof staged !== 'boolean' || !Array.isArray(deletes) || deletes.length % 2 !== 0)
    throw new InvalidError('the end of a sync run lacks a part')
  return { kind: 'end', did, ticket, data, rev, staged, puts, deletes: addressesFrom(deletes) }
}

function recordsFrom(groups: readonly Group[], bytes: Uint8Array, recordsStart: number): BackfillRecord[] {
  const records: BackfillRecord[] = []
  const { buffer, byteOffset, length: end } = bytes
  let at = recordsStart
  for (const group of groups) {
    const [collection, rows] = Array.isArray(group) ? group : []
    if (!isText(collection) || !Array.isArray(rows)) throw new InvalidError('the step has an unknown part')
    for (let row = 0; row < rows.length; row += 3) {
      const rkey: unknown = rows[row]
      const cid: unknown = rows[row + 1]
      const length: unknown = rows[row + 2]
      if (!isText(rkey) || !isText(cid) || !Number.isInteger(length))
        throw new InvalidError('the step has a record without key, CID or length')
      const next = at + (length as number)
      if (next < at || next > end) throw new InvalidError('the step lacks a record')
      // Not `subarray`: of a Buffer that would be another Buffer, which takes three times as long to make.
      records.push({
        collection,
        rkey,
        cid,
        bytes: new Uint8Array(buffer, byteOffset + at, length as number),
      })
      at = next
    }
  }
  if (at !== end) throw new InvalidError('the step has bytes left over')
  return records
}

function addressesFrom(deletes: readonly unknown[]): EndStep['deletes'] {
  const addresses: { collection: string; rkey: string }[] = []
  for (let at = 0; at < deletes.length; at += 2) {
    const collection = deletes[at]
    const rkey = deletes[at + 1]
    if (!isText(collection) || !isText(rkey)) throw new InvalidError('the step deletes what has no path')
    addresses.push({ collection, rkey })
  }
  return addresses
}

type PlainEntry = Exclude<BackfillEntry, PartStep | EndStep>

function isPlainEntry(header: unknown): header is PlainEntry {
  if (typeof header !== 'object' || header === null) return false
  const { kind, did, ...rest } = header as Record<string, unknown>
  if (kind === 'lapse')
    return (
      Array.isArray(rest.dids) &&
      rest.dids.every(isDid) &&
      desyncReasons.some((one) => one === rest.reason) &&
      (rest.after === undefined || typeof rest.after === 'number')
    )
  if (kind === 'confirm')
    return typeof rest.askedMs === 'number' && Array.isArray(rest.repos) && rest.repos.every(isConfirmed)
  if (!isDid(did)) return false
  if (kind === 'begin') return isText(rest.ticket)
  if (kind === 'abort') return isText(rest.ticket) && typeof rest.isFinal === 'boolean'
  if (kind === 'key')
    return (rest.signingKey === undefined || isText(rest.signingKey)) && typeof rest.isFinal === 'boolean'
  if (kind === 'account')
    return (
      typeof rest.after === 'number' &&
      typeof rest.active === 'boolean' &&
      (rest.status === undefined || isText(rest.status))
    )
  return kind === 'handle' ? isText(rest.handle) : kind === 'remove'
}

function isConfirmed(repo: unknown): boolean {
  const { did, rev } = (repo ?? {}) as Record<string, unknown>
  return isDid(did) && isText(rev)
}

const isText = (value: unknown): value is string => typeof value === 'string'
