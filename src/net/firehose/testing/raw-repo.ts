import { hash } from 'node:crypto'
import { toBytes } from '@atcute/cbor'
import { create as createTid } from '@atcute/tid'
import type { Did } from '../../../model/did.ts'
import { type Block, blockOf } from '../../repo/block.ts'
import { writeCar } from '../../repo/car.ts'
import { linkTo, parseCid } from '../../repo/cid.ts'
import { signCommit } from '../../repo/commit.ts'
import type { CommitBody, CommitOp } from '../../repo/frames.ts'
import { importSigningKey, type SigningKey } from '../../repo/signing-key.ts'
import { Tree } from '../../repo/tree.ts'

export interface RawWrite {
  readonly path: string
  /** The bytes of the record, whatever they are; absent to delete it. */
  readonly bytes?: Uint8Array
  /** @default what the writes before make of it */
  readonly action?: CommitOp['action']
}

/**
 * A repo that commits what the reference PDS commits and others refuse: records of any bytes, and several writes to one
 * record, each of which names what was there before the commit; of the versions in between there are no blocks.
 */
export class RawRepo {
  readonly did: Did
  readonly #key: SigningKey
  readonly #tree = Tree.build([])
  #microseconds = 1_700_000_000_000_000
  #rev: string | undefined

  private constructor(did: Did, key: SigningKey) {
    this.did = did
    this.#key = key
  }

  static async create(did: Did): Promise<RawRepo> {
    return new RawRepo(did, await importSigningKey(hash('sha256', `raw ${did}`, 'buffer')))
  }

  get multikey(): string {
    return this.#key.multikey
  }

  /** Signs anything with the key of the repo. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return this.#key.sign(bytes)
  }

  /** CID of the root of the tree as it is now, as text. */
  get data(): string {
    return this.#tree.root
  }

  async commit(...writes: readonly RawWrite[]): Promise<CommitBody> {
    const before = { data: this.#tree.root, rev: this.#rev }
    const found = new Map(writes.map(({ path }) => [path, this.#tree.get(path)] as const))
    const last = new Map<string, Block | undefined>()
    const ops = writes.map(({ path, bytes, action }): CommitOp => {
      const isThere = last.has(path) ? last.get(path) !== undefined : found.get(path) !== undefined
      const block = bytes && blockOf(bytes)
      last.set(path, block)
      const prev = found.get(path)
      return {
        action: action ?? (block ? (isThere ? 'update' : 'create') : 'delete'),
        path,
        cid: block ? linkTo(block.cid) : null,
        ...(prev !== undefined && { prev: linkTo(prev) }),
      }
    })
    const nodes = this.#tree.apply(
      Array.from(last, ([key, block]) => ({ key, value: block ? block.cid : null })),
    )
    const rev = createTid(this.#microseconds++, 1)
    this.#rev = rev
    const unsigned = { did: this.did, rev, data: parseCid(this.#tree.root) }
    const commit = await signCommit(unsigned, (bytes) => this.sign(bytes))
    const records = new Map(Array.from(last.values()).flatMap((block) => (block ? [[block.cid, block]] : [])))
    return {
      repo: this.did,
      commit: linkTo(commit.cid),
      rev,
      since: before.rev ?? null,
      blocks: toBytes(writeCar(commit.cid, [commit, ...nodes, ...records.values()])),
      ops,
      prevData: linkTo(parseCid(before.data)),
      blobs: [],
      rebase: false,
      tooBig: false,
    }
  }
}
