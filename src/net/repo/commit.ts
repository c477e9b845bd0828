import { BytesWrapper, decode } from '@atcute/cbor'
import { scan } from './canonical.ts'
import { type Cid, isLink, linkedCid } from './cid.ts'
import { Rejection } from './rejection.ts'

/** A commit of a repo (https://atproto.com/specs/repository#commit-objects) and what of it was signed. */
export interface SignedCommit {
  readonly did: string
  readonly rev: string
  /** The root of the tree. */
  readonly data: Cid
  readonly signature: Uint8Array
  /** The commit without its signature, as it was when it was signed. */
  readonly unsigned: Uint8Array
}

/**
 * Reads the block of a commit, which must be canonical.
 *
 * @throws {Rejection} `decode`
 */
export function readCommitBlock(block: Buffer): SignedCommit {
  const { did, rev, data, sig, version } = (decode(block) ?? {}) as Readonly<Record<string, unknown>>
  if (typeof did !== 'string' || typeof rev !== 'string') throw malformed('did or rev')
  if (version !== 3 || !isLink(data)) throw malformed('version or data')
  if (!(sig instanceof BytesWrapper)) throw malformed('sig')
  return { did, rev, data: linkedCid(data), signature: sig.buf, unsigned: withoutSignature(block) }
}

/** Cuts the entry `sig` out, which leaves the canonical form of the rest: only the number of entries changes. */
function withoutSignature(block: Buffer): Buffer {
  const entries = (block[0] as number) & 31
  // A longer map has its length in a second byte; no commit has so many entries.
  if (entries > 23) throw malformed('number of entries')
  let position = 1
  for (let entry = 0; entry < entries; entry++) {
    const valueStart = scan(block, position)
    const end = scan(block, valueStart)
    if (block.toString('latin1', position, valueStart) === 'csig') {
      const unsigned = Buffer.concat([block.subarray(0, position), block.subarray(end)])
      unsigned[0] = (block[0] as number) - 1
      return unsigned
    }
    position = end
  }
  throw malformed('sig')
}

const malformed = (field: string) => new Rejection('decode', `not a commit: ${field} is missing or wrong`)
