import { validate as isTid, parse as parseTid } from '@atcute/tid'
import { latestClock } from '../../model/clock.ts'
import { checkCanonical } from '../repo/canonical.ts'
import type { Cid } from '../repo/cid.ts'
import { type Commit, checkSignature, readCommit } from '../repo/commit.ts'
import { Rejection } from '../repo/rejection.ts'
import { importKey } from '../repo/signature.ts'
import type { ReadOptions } from './reading.ts'
import type { Source } from './source.ts'

/** The commit that a file names as its root, checked in itself. Throws as `readRepo` does. */
export async function checkedCommit(
  source: Source,
  { did, signingKey, maxAheadMs = 300_000 }: Pick<ReadOptions, 'did' | 'signingKey' | 'maxAheadMs'>,
): Promise<Commit & { readonly cid: Cid }> {
  const cid = source.root
  if (cid === undefined) throw new Rejection('cid', 'the file does not say which block is the commit')
  if (source.get(cid) === undefined) await source.fetch([cid])
  const block = Buffer.from(source.get(cid) as Buffer)
  checkCanonical(block)
  const commit = readCommit(new Map([[cid, block]]), cid)
  if (commit.did !== did) throw new Rejection('signature', `it is the repo of another DID: ${commit.did}`)
  checkSignature(commit, importKey(signingKey))
  if (!isTid(commit.rev)) throw new Rejection('decode', `the revision ${commit.rev} is not a TID`)
  if (parseTid(commit.rev).timestamp / 1000 > latestClock() + maxAheadMs)
    throw new Rejection('rev', `the revision ${commit.rev} is too far ahead of the time`)
  return { ...commit, cid }
}
