import { BytesWrapper, decode, toBytes } from '@atcute/cbor'
import { type Block, type Blocks, encodeBlock, requireBlock } from './block.ts'
import { scan } from './canonical.ts'
import { type Cid, isLink, linkedCid, linkTo } from './cid.ts'
import { Rejection, WrongKey } from './rejection.ts'
import type { VerifyingKey } from './signature.ts'

/** What a commit of a repo says (https://atproto.com/specs/repository#commit-objects). */
export interface Commit {
  readonly did: string
  readonly rev: string
  /** The root of the tree. */
  readonly data: Cid
}

/** A commit as it was read, with what of it was signed. */
export interface SignedCommit extends Commit {
  readonly signature: Uint8Array
  /** The commit without its signature, as it was when it was signed. */
  readonly unsigned: Uint8Array
}

/**
 * Reads a commit among its blocks, whose canonical form has been checked.
 *
 * @throws {Rejection} `cid` when it is not among them, `decode` when it is not a commit.
 */
export function readCommit(blocks: Blocks, cid: Cid): SignedCommit {
  const block = requireBlock(blocks, cid)
  const { did, rev, data, sig, version } = (decode(block) ?? {}) as Readonly<Record<string, unknown>>
  if (typeof did !== 'string' || typeof rev !== 'string') throw malformed('did or rev')
  if (version !== 3 || !isLink(data)) throw malformed('version or data')
  if (!(sig instanceof BytesWrapper)) throw malformed('sig')
  return { did, rev, data: linkedCid(data), signature: sig.buf, unsigned: withoutSignature(block) }
}

/** @throws {WrongKey} when the commit was not signed by `key`: another one may fit. */
export function checkSignature({ unsigned, signature }: SignedCommit, key: VerifyingKey | undefined): void {
  if (!key?.verifies(unsigned, signature))
    throw new WrongKey('the commit is not signed by the key of its DID')
}

/** Writes a commit and signs it. @param sign returns the 64 bytes of a signature. */
export async function signCommit(
  { did, rev, data }: Commit,
  sign: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<Block> {
  const unsigned = { did, version: 3, data: linkTo(data), rev, prev: null }
  return encodeBlock({ ...unsigned, sig: toBytes(await sign(encodeBlock(unsigned).bytes)) })
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
