import { hash } from 'node:crypto'
import { fromBytes } from '@atcute/cbor'
import { create as createTid } from '@atcute/tid'
import type { Did } from '../../../src/model/did.ts'
import { didDocument } from '../../../src/model/did-document.ts'
import type { Nsid } from '../../../src/model/nsid.ts'
import type { Block } from '../../../src/net/repo/block.ts'
import { readCar, writeCar } from '../../../src/net/repo/car.ts'
import { type Cid, cidText, parseCid } from '../../../src/net/repo/cid.ts'
import type { CommitBody } from '../../../src/net/repo/frames.ts'
import { type Head, SignedRepo, type Write } from '../../../src/net/repo/signed-repo.ts'
import { importSigningKey, type SigningKey } from '../../../src/net/repo/signing-key.ts'
import { Tree } from '../../../src/net/repo/tree.ts'

export const collection: Nsid = 'app.bsky.feed.post'

/** A repo with its key and all of its blocks: what it has signed is known, whoever serves it and however. */
export class HostedRepo {
  readonly did: Did
  readonly key: SigningKey
  /** The CID of each record, as text, by its URI. */
  readonly records = new Map<string, string>()
  readonly #repo: SignedRepo
  readonly #tree = Tree.build([])
  /** Every block that it ever had: a CAR holds those that its tree needs. */
  readonly #blocks = new Map<Cid, Buffer>()
  readonly #values = new Map<string, Cid>()

  private constructor(did: Did, key: SigningKey) {
    this.did = did
    this.key = key
    this.#repo = new SignedRepo({ did, key, tree: this.#tree })
  }

  /** @param name makes DID and key. */
  static async create(name: string, posts = 20, did: Did = plcOf(name)): Promise<HostedRepo> {
    const repo = new HostedRepo(did, await keyOf(name))
    if (posts > 0)
      await repo.commit(Array.from({ length: posts }, (_, at) => post(`${name} ${at}`, `post-${at}`)))
    return repo
  }

  get head(): Head {
    if (this.#repo.head === undefined) throw new Error(`${this.did} has no commit yet`)
    return this.#repo.head
  }

  /** Signs a commit. @param rev takes its place among the revisions of the time now. */
  async commit(writes: readonly Write[], rev = createTid(nextMicroseconds(), 1)): Promise<CommitBody> {
    const { body, records } = await this.#repo.commit(writes, rev)
    for (const [cid, bytes] of readCar(Buffer.from(fromBytes(body.blocks))).blocks)
      this.#blocks.set(cid, bytes)
    for (const { collection, rkey, block } of records) {
      const path = `${collection}/${rkey}`
      if (block) this.#values.set(path, block.cid)
      else this.#values.delete(path)
      if (block) this.records.set(`at://${this.did}/${path}`, cidText(block.cid))
      else this.records.delete(`at://${this.did}/${path}`)
    }
    return body
  }

  /** The blocks of the repo as it is now: commit, tree, records. */
  blocks(): Block[] {
    const records = [...new Set(this.#values.values())].map((cid) => this.block(cid))
    return [this.head.commit, ...this.#tree.nodes(), ...records]
  }

  block(cid: Cid): Block {
    const bytes = this.#blocks.get(cid)
    if (bytes === undefined) throw new Error(`${this.did} never had the block ${cidText(cid)}`)
    return { cid, bytes }
  }

  has(cid: Cid): boolean {
    return this.#blocks.has(cid)
  }

  /** Blocks of records, which nothing else refers to. */
  recordBlocks(): Block[] {
    return [...this.#values.values()].map((cid) => this.block(cid))
  }

  /** The root of its tree. */
  treeBlock(): Block {
    return this.block(parseCid(this.head.data))
  }

  car(blocks: Iterable<Block> = this.blocks(), root: Cid = this.head.commit.cid): Buffer {
    return Buffer.from(writeCar(root, blocks))
  }

  /** The document of its DID, with a host that has the repo. */
  document(pds: URL): Record<string, unknown> {
    const handle = `${this.did.slice(-8).replace(/[^a-z0-9]/g, 'x')}.test`
    return didDocument({ did: this.did, handle }, this.key.multikey, pds) as Record<string, unknown>
  }
}

export function post(text: string, rkey = text, action: 'create' | 'update' = 'create'): Write {
  return {
    action,
    collection,
    rkey,
    record: { $type: collection, text, createdAt: '2026-01-01T00:00:00.000Z' },
  }
}

/** A `did:plc` that a name stands for. */
export function plcOf(name: string): Did {
  const letters = Array.from(
    hash('sha256', name, 'buffer').subarray(0, 24),
    (byte) => 'abcdefghijklmnop'[byte % 16],
  )
  return `did:plc:${letters.join('')}`
}

export function keyOf(name: string): Promise<SigningKey> {
  return importSigningKey(hash('sha256', `key of ${name}`, 'buffer'))
}

let lastMicroseconds = 0
/** Later than all before, and hardly later than now. */
function nextMicroseconds(): number {
  lastMicroseconds = Math.max(lastMicroseconds + 1, Date.now() * 1000)
  return lastMicroseconds
}
