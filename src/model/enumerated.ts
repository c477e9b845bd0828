import { type Did, isDid } from './did.ts'
import { InvalidError } from './errors.ts'

/** A repo as a host has listed it: what the stream `repo_backfill` carries. */
export interface EnumeratedRepo {
  readonly did: Did
  /** The latest revision then; absent where the host did not say. */
  readonly rev?: string
  /** Such as `pds.example`, where the host that has it is known. */
  readonly host?: string
  /** `false` where the host does not give it out. */
  readonly active?: boolean
  /** Why it is not active, in the host's words. */
  readonly status?: string
}

/** Turns an enumerated repo into the bytes that the stream carries: JSON, with no names, since there are millions. */
export function encodeEnumeratedRepo({ did, rev, host, active, status }: EnumeratedRepo): Uint8Array {
  const row = [did, rev ?? null, host ?? null, active ?? null, status ?? null]
  while (row.at(-1) === null) row.pop()
  return Buffer.from(JSON.stringify(row))
}

/**
 * Reads what `encodeEnumeratedRepo` wrote.
 *
 * @throws {InvalidError} when the bytes are anything else.
 */
export function decodeEnumeratedRepo(bytes: Uint8Array): EnumeratedRepo {
  const [did, rev = null, host = null, active = null, status = null] = rowFrom(bytes)
  if (!isDid(did)) throw new InvalidError('not an enumerated repo')
  return {
    did,
    ...(typeof rev === 'string' && { rev }),
    ...(typeof host === 'string' && { host }),
    ...(typeof active === 'boolean' && { active }),
    ...(typeof status === 'string' && { status }),
  }
}

function rowFrom(bytes: Uint8Array): readonly unknown[] {
  try {
    const row: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
    if (Array.isArray(row)) return row
  } catch (cause) {
    throw new InvalidError('not an enumerated repo', { cause })
  }
  throw new InvalidError('not an enumerated repo')
}
