import { hash } from 'node:crypto'
import { create as createTid } from '@atcute/tid'
import type { Did } from '../../../model/did.ts'
import { type Block, encodeBlock } from '../../repo/block.ts'
import { writeCar } from '../../repo/car.ts'
import { type Cid, cidText } from '../../repo/cid.ts'
import { signCommit } from '../../repo/commit.ts'
import { emptyNode } from '../../repo/node.ts'
import { PartialTree } from '../../repo/partial-tree.ts'
import { importSigningKey } from '../../repo/signing-key.ts'

export const did: Did = 'did:plc:readaaaaaaaaaaaaaaaaaaaa'

/** A repo that exists only in its test. */
export interface MadeRepo {
  readonly did: Did
  readonly multikey: string
  readonly rev: string
  readonly commit: Block
  /** CID of the root of the tree, as text. */
  readonly data: string
  readonly nodes: readonly Block[]
  /** By their paths. */
  readonly records: ReadonlyMap<string, Block>
  /** Every block once: the commit, the nodes, the records. */
  readonly blocks: readonly Block[]
}

export async function makeRepo(
  entries: Iterable<readonly [path: string, record: Block]>,
  { rev = someRev }: { readonly rev?: string } = {},
): Promise<MadeRepo> {
  const records = new Map(entries)
  const tree = new PartialTree(new Map(), emptyNode(0))
  for (const [path, { cid }] of records) tree.insert(path, cid)
  const root = tree.cid
  const nodes = Array.from(tree.write(), ([cid, bytes]) => ({ cid, bytes }))
  const { multikey } = await signingKey()
  const commit = await commitOf(root, rev)
  const unique = new Map<Cid, Block>(
    [commit, ...nodes, ...records.values()].map((block) => [block.cid, block]),
  )
  return {
    did,
    multikey,
    rev,
    commit,
    data: cidText(root),
    nodes,
    records,
    blocks: [...unique.values()],
  }
}

/** A commit of the repo that the right key has signed. */
export async function commitOf(root: Cid, rev = someRev): Promise<Block> {
  const key = await signingKey()
  return signCommit({ did, rev, data: root }, (bytes) => key.sign(bytes))
}

const signingKey = () => importSigningKey(hash('sha256', did, 'buffer'))
const someRev = createTid(Date.parse('2026-01-01T00:00:00Z') * 1000, 1)

/** Posts and likes, about 200 bytes each, the collections in turns. */
export function* somePosts(count: number): Generator<readonly [path: string, record: Block]> {
  for (let index = 0; index < count; index++) {
    const collection = index % 2 === 0 ? 'app.bsky.feed.like' : 'app.bsky.feed.post'
    yield [`${collection}/${keyOf(index)}`, post(collection, index)]
  }
}

export function post(collection: string, index: number): Block {
  return encodeBlock({
    $type: collection,
    createdAt: '2026-01-01T00:00:00.000Z',
    subject: { uri: `at://${did}/app.bsky.feed.post/${keyOf(index)}`, cid: cidText(someCid) },
  })
}

export function keyOf(index: number): string {
  return createTid(1_700_000_000_000_000 + index * 1_234_567, 1)
}

export function carOf({ commit }: Pick<MadeRepo, 'commit'>, blocks: Iterable<Block>): Uint8Array {
  return writeCar(commit.cid, blocks)
}

/** Gives bytes in chunks of one size. */
export async function* inChunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const someCid = encodeBlock('x').cid
