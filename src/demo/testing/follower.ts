import assert from 'node:assert/strict'
import { fromUint8Array as readCar } from '@atcute/car'
import { type Bytes, decode, decodeFirst, encode, fromBytes, isBytes } from '@atcute/cbor'
import { type CidLink, create, toString as format } from '@atcute/cid'
import { parsePublicMultikey, verifySig } from '@atcute/crypto'
import { MemoryBlockStore, NodeStore, NodeWrangler } from '@atcute/mst'
import type { AccountBody, CommitBody, CommitOp, IdentityBody, SyncBody } from '../../net/repo/frames.ts'

/** What a subscriber knows of a repo from its events. */
export interface Followed {
  handle: string | undefined
  active: boolean
  status: string | undefined
  rev: string | undefined
  /** Root of the tree. */
  data: string | undefined
  /** CID of each record by its path. */
  readonly records: Map<string, string>
}

export type Frame =
  | { readonly type: '#commit'; readonly seq: number; readonly body: CommitBody }
  | { readonly type: '#sync'; readonly seq: number; readonly body: SyncBody }
  | { readonly type: '#identity'; readonly seq: number; readonly body: IdentityBody }
  | { readonly type: '#account'; readonly seq: number; readonly body: AccountBody }
  | { readonly type: '#info'; readonly seq: undefined; readonly body: { readonly name: string } }
  | { readonly type: 'error'; readonly seq: undefined; readonly body: { readonly error: string } }

export function decodeFrame(bytes: Uint8Array): Frame {
  const [header, rest] = decodeFirst(bytes) as [{ op: number; t?: string }, Uint8Array]
  const body = decode(rest) as { seq?: number; time?: string }
  if (body.seq !== undefined) assert.match(String(body.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  return { type: header.op === 1 ? header.t : 'error', seq: body.seq, body } as Frame
}

/** Takes events as strictly as Sync 1.1 allows, by other means than those that made them. */
export class Follower {
  readonly repos = new Map<string, Followed>()
  readonly #multikey: (did: string) => string | Promise<string>
  lastSeq: number | undefined

  constructor(multikey: (did: string) => string | Promise<string>) {
    this.#multikey = multikey
  }

  async take(bytes: Uint8Array): Promise<void> {
    const frame = decodeFrame(bytes)
    assert.ok(frame.seq !== undefined, `${frame.type} is not an event`)
    if (this.lastSeq !== undefined) assert.equal(frame.seq, this.lastSeq + 1)
    this.lastSeq = frame.seq
    if (frame.type === '#commit') return this.#commit(frame.body)
    const { did } = frame.body
    const repo = this.#repo(did)
    if (frame.type === '#identity') repo.handle = frame.body.handle
    if (frame.type === '#account') {
      repo.active = frame.body.active
      repo.status = frame.body.status
    }
    if (frame.type === '#sync') {
      const blocks = await readBlocks(frame.body.blocks)
      const commit = await this.#verifiedCommit(did, blocks.root, blocks.blocks)
      assert.equal(blocks.blocks.size, 1)
      assert.equal(commit.rev, frame.body.rev)
      if (repo.rev === undefined) return
      assert.deepEqual([commit.rev, commit.data.$link], [repo.rev, repo.data], 'sync brings nothing new here')
    }
  }

  async #commit(body: CommitBody): Promise<void> {
    const { root, blocks } = await readBlocks(body.blocks)
    assert.equal(root, body.commit.$link)
    assert.ok(fromBytes(body.blocks).length <= 2_000_000)
    const commit = await this.#verifiedCommit(body.repo, root, blocks)
    assert.equal(commit.rev, body.rev)

    const repo = this.#repo(body.repo)
    if (repo.rev !== undefined) {
      assert.ok(body.rev > repo.rev, `${body.rev} does not come after ${repo.rev}`)
      assert.equal(body.since, repo.rev)
      assert.equal(body.prevData?.$link, repo.data)
    }
    for (const op of body.ops) this.#operation(repo, op, blocks)
    if (body.prevData) {
      for (const order of orders(body.ops)) {
        assert.equal(await invert(commit.data.$link, order, blocks), body.prevData.$link)
      }
    }
    repo.rev = body.rev
    repo.data = commit.data.$link
  }

  #operation({ records, rev }: Followed, { action, path, cid, prev }: CommitOp, blocks: Blocks): void {
    if (rev !== undefined) assert.equal(prev?.$link, records.get(path), `${action} ${path}`)
    assert.equal(cid === null, action === 'delete')
    assert.equal(prev === undefined, action === 'create')
    if (cid === null) {
      records.delete(path)
      return
    }
    const record = decode(blocks.get(cid.$link) ?? assert.fail(`${path} comes without its record`))
    assert.equal((record as { $type?: string }).$type, path.split('/')[0])
    records.set(path, cid.$link)
  }

  async #verifiedCommit(did: string, root: string, blocks: Blocks): Promise<{ rev: string; data: CidLink }> {
    const commit = decode(blocks.get(root) ?? assert.fail('the commit is missing'))
    const { sig, ...unsigned } = commit as {
      sig: Bytes
      did: string
      version: number
      rev: string
      data: CidLink
    }
    assert.ok(isBytes(sig))
    assert.equal(unsigned.did, did)
    assert.equal(unsigned.version, 3)
    const key = parsePublicMultikey(await this.#multikey(did))
    assert.ok(
      await verifySig(key, new Uint8Array(fromBytes(sig)), new Uint8Array(encode(unsigned))),
      'signature',
    )
    return unsigned
  }

  #repo(did: string): Followed {
    let repo = this.repos.get(did)
    if (repo === undefined) {
      repo = {
        handle: undefined,
        active: true,
        status: undefined,
        rev: undefined,
        data: undefined,
        records: new Map(),
      }
      this.repos.set(did, repo)
    }
    return repo
  }
}

type Blocks = ReadonlyMap<string, Uint8Array<ArrayBuffer>>

/** Reads a CAR, and checks that every block has the name of its hash and comes once. */
export async function readBlocks(car: Bytes): Promise<{ root: string; blocks: Blocks }> {
  const reader = readCar(fromBytes(car))
  const blocks = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const { cid, bytes } of reader) {
    assert.equal(format(await create(0x71, bytes)), format(cid))
    assert.ok(!blocks.has(format(cid)), 'a block comes twice')
    blocks.set(format(cid), new Uint8Array(bytes))
  }
  return { root: reader.header.data.roots[0]?.$link ?? assert.fail('no root'), blocks }
}

/** Undoes operations with nothing but the blocks at hand. */
async function invert(data: string, ops: readonly CommitOp[], blocks: Blocks): Promise<string> {
  const wrangler = new NodeWrangler(new NodeStore(new MemoryBlockStore(new Map(blocks))))
  let root = data
  for (const { path, prev } of ops) {
    root = prev ? await wrangler.putRecord(root, path, prev) : await wrangler.deleteRecord(root, path)
  }
  return root
}

/** The orders in which verifiers are known to undo operations. */
function orders(ops: readonly CommitOp[]): readonly (readonly CommitOp[])[] {
  const deletes = ops.filter(({ action }) => action === 'delete')
  const others = ops.filter(({ action }) => action !== 'delete')
  const sorted = ops.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return ops.length === 1
    ? [ops]
    : [ops.toReversed(), sorted, [...deletes, ...others], [...others, ...deletes]]
}
