import { hash } from 'node:crypto'
import { type Bytes, fromBytes, toBytes } from '@atcute/cbor'
import { create as createTid } from '@atcute/tid'
import type { Did } from '../../../model/did.ts'
import type { Block } from '../../repo/block.ts'
import { readCar, writeCar } from '../../repo/car.ts'
import { type Cid, parseCid } from '../../repo/cid.ts'
import { type CommitBody, encodeFrame, messageFrame } from '../../repo/frames.ts'
import { SignedRepo, type Write } from '../../repo/signed-repo.ts'
import { importSigningKey } from '../../repo/signing-key.ts'
import { Tree } from '../../repo/tree.ts'

export const collection = 'app.bsky.feed.post'

/** A repo that exists only in its test; its key is derived from a name. */
export interface TestRepo {
  readonly did: Did
  readonly multikey: string
  readonly repo: SignedRepo
  /** Makes a commit. @returns its message. */
  commit(...writes: readonly Write[]): Promise<CommitBody>
  /** Makes a commit that creates one record. @returns its frame. */
  createFrame(seq: number, rkey?: string): Promise<Buffer>
}

export async function createTestRepo(did: Did, keyName: string = did): Promise<TestRepo> {
  const key = await importSigningKey(hash('sha256', keyName, 'buffer'))
  const repo = new SignedRepo({ did, key, tree: Tree.build([]) })
  let microseconds = 1_700_000_000_000_000
  const commit = async (...writes: readonly Write[]) =>
    (await repo.commit(writes, createTid(microseconds++, 1))).body
  return {
    did,
    multikey: key.multikey,
    repo,
    commit,
    createFrame: async (seq, rkey = `at-${seq}`) => commitFrame(seq, await commit(create(rkey))),
  }
}

export const create = (rkey: string, text = rkey): Write => ({
  action: 'create',
  collection,
  rkey,
  record: post(text),
})
export const update = (rkey: string, text: string): Write => ({
  action: 'update',
  collection,
  rkey,
  record: post(text),
})
export const remove = (rkey: string): Write => ({ action: 'delete', collection, rkey })

const post = (text: string) => ({ $type: collection, text, createdAt: '2026-01-01T00:00:00.000Z' })

/** When the events of tests were sent. */
export const sentMs = Date.parse('2026-01-02T03:04:05.000Z')

export function commitFrame(seq: number, body: CommitBody): Buffer {
  return Buffer.from(messageFrame({ type: '#commit', body }, seq, sentMs))
}

/** A frame of any type with any fields. */
export function anyFrame(type: string, body: object): Buffer {
  return Buffer.from(encodeFrame({ op: 1, t: type }, body))
}

/** A commit whose CAR carries other blocks besides its own. */
export function withBlocks(body: CommitBody, ...blocks: readonly Block[]): CommitBody {
  const root = parseCid(body.commit.$link)
  const added = writeCar(root, blocks)
  // The header is that of any CAR with this root; the blocks stand after it.
  const header = writeCar(root, [])
  return { ...body, blocks: toBytes(Buffer.concat([fromBytes(body.blocks), added.subarray(header.length)])) }
}

/** A commit whose CAR lacks some blocks. */
export function withoutBlocks(body: CommitBody, ...without: readonly Cid[]): CommitBody {
  const { blocks } = readCar(Buffer.from(fromBytes(body.blocks)))
  const left = Array.from(blocks, ([cid, bytes]) => ({ cid, bytes })).filter(
    ({ cid }) => !without.includes(cid),
  )
  return { ...body, blocks: toBytes(writeCar(parseCid(body.commit.$link), left)) }
}

/** A commit in whose CAR one text stands for another of the same length. */
export function withText(body: CommitBody, from: string, to: string): CommitBody {
  const bytes = Buffer.from(fromBytes(body.blocks as Bytes))
  bytes.write(to, bytes.indexOf(from))
  return { ...body, blocks: toBytes(bytes) }
}
