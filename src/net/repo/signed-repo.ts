import { toBytes } from '@atcute/cbor'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import { isNsid, type Nsid } from '../../model/nsid.ts'
import { isRecordKey } from '../../model/record.ts'
import { type Block, encodeBlock } from './block.ts'
import { writeCar } from './car.ts'
import { type Cid, linkTo, parseCid } from './cid.ts'
import { signCommit } from './commit.ts'
import type { CommitBody, CommitOp, Message } from './frames.ts'
import { maxRecordBytes } from './record.ts'
import type { SigningKey } from './signing-key.ts'
import type { Change, Tree } from './tree.ts'

export type Write =
  | {
      readonly action: 'create' | 'update'
      readonly collection: Nsid
      readonly rkey: string
      /**
       * In the words of the AT Protocol data model: no floats, links as `{ $link }`, bytes as `{ $bytes }`. As a block it
       * has been encoded and checked before.
       */
      readonly record: Readonly<Record<string, unknown>> | Block
    }
  | { readonly action: 'delete'; readonly collection: Nsid; readonly rkey: string }

/** Where a repo stands. */
export interface Head {
  readonly rev: string
  readonly commit: Block
  /** CID of the root of its tree, as text. */
  readonly data: string
}

export interface Commit {
  readonly head: Head
  readonly body: CommitBody
  /** The records written, in the order of the writes; without a block where one was deleted. */
  readonly records: readonly WrittenRecord[]
}

export interface WrittenRecord {
  readonly collection: Nsid
  readonly rkey: string
  readonly block?: Block
}

export interface SignedRepoOptions {
  readonly did: Did
  readonly key: SigningKey
  readonly tree: Tree
  /** Absent before the first commit. */
  readonly head?: Head | undefined
}

/** A repo whose changes are signed commits (https://atproto.com/specs/repository). */
export class SignedRepo {
  readonly #did: Did
  readonly #key: SigningKey
  readonly #tree: Tree
  #head: Head | undefined

  constructor({ did, key, tree, head }: SignedRepoOptions) {
    this.#did = did
    this.#key = key
    this.#tree = tree
    this.#head = head
  }

  get head(): Head | undefined {
    return this.#head
  }

  /**
   * Applies the writes as one commit. The repo stands at it when this returns.
   *
   * @param rev a TID after that of the commit before.
   * @throws {InvalidError} when the writes cannot be made; the repo has not changed.
   */
  async commit(writes: readonly Write[], rev: string): Promise<Commit> {
    const before = this.#head
    const { ops, records, changes } = this.#plan(writes)

    const changed = this.#tree.apply(changes)
    // Nobody has a tree before the first commit: all of it comes along, the one node of an empty tree too.
    const nodes = before === undefined ? [...this.#tree.nodes()] : changed
    const data = this.#tree.root
    const unsigned = { did: this.#did, rev, data: parseCid(data) }
    const commit = await signCommit(unsigned, (bytes) => this.#key.sign(bytes))
    this.#head = { rev, commit, data }

    // Records of the same content are one block.
    const written = new Map(records.flatMap(({ block }) => (block ? [[block.cid, block]] : [])))
    return {
      head: this.#head,
      records,
      body: {
        repo: this.#did,
        commit: linkTo(commit.cid),
        rev,
        since: before?.rev ?? null,
        blocks: toBytes(writeCar(commit.cid, [commit, ...nodes, ...written.values()])),
        ops,
        ...(before && { prevData: linkTo(parseCid(before.data)) }),
        blobs: [],
        rebase: false,
        tooBig: false,
      },
    }
  }

  /** Turns writes into operations on the tree, which is only read. */
  #plan(writes: readonly Write[]): Plan {
    if (writes.length > maxOps)
      throw new InvalidError(`${writes.length} writes are too many: at most ${maxOps}`)
    const ops = new Map<string, CommitOp>()
    const records: WrittenRecord[] = []
    const changes: Change[] = []
    let sizeBytes = 0
    for (const write of writes) {
      const { action, collection, rkey } = write
      const path = `${collection}/${rkey}`
      if (!isNsid(collection) || !isRecordKey(rkey))
        throw new InvalidError(`${path} is not the path of a record`)
      if (ops.has(path)) throw new InvalidError(`${path} is written twice in one commit`)
      const prev = this.#tree.get(path)
      if (action === 'create' && prev !== undefined) throw new InvalidError(`${path} exists already`)
      if (action !== 'create' && prev === undefined) throw new InvalidError(`${path} does not exist`)
      const block = action === 'delete' ? undefined : recordBlock(path, collection, write.record)
      sizeBytes += block?.bytes.length ?? 0
      ops.set(path, operation(action, path, block?.cid, prev))
      changes.push({ key: path, value: block?.cid ?? null })
      records.push(block ? { collection, rkey, block } : { collection, rkey })
    }
    if (sizeBytes > maxRecordsBytes)
      throw new InvalidError(`${sizeBytes} bytes of records are too much for one commit`)
    return { ops: [...ops.values()], records, changes }
  }
}

interface Plan {
  readonly ops: readonly CommitOp[]
  readonly records: readonly WrittenRecord[]
  readonly changes: readonly Change[]
}

/** Tells that a repo stands at a commit, without saying how it came there. */
export function syncMessage(did: Did, { rev, commit }: Head): Message {
  return { type: '#sync', body: { did, rev, blocks: toBytes(writeCar(commit.cid, [commit])) } }
}

/** The protocol's own limit. */
const maxOps = 200
/** Leaves room for the tree's nodes in the 2 MB that the protocol allows for a commit's blocks. */
const maxRecordsBytes = 1_500_000

function recordBlock(
  path: string,
  collection: Nsid,
  record: Readonly<Record<string, unknown>> | Block,
): Block {
  if (isBlock(record)) return record
  if (record.$type !== collection)
    throw new InvalidError(`the record ${path} has the $type of another collection`)
  const block = encodeRecord(path, record)
  if (block.bytes.length > maxRecordBytes) throw new InvalidError(`the record ${path} is larger than 1 MB`)
  return block
}

function isBlock(record: Readonly<Record<string, unknown>> | Block): record is Block {
  return record.bytes instanceof Uint8Array && typeof record.cid === 'string'
}

function encodeRecord(path: string, record: Readonly<Record<string, unknown>>): Block {
  try {
    return encodeBlock(record)
  } catch (cause) {
    throw new InvalidError(`the record ${path} has values that DAG-CBOR does not know`, { cause })
  }
}

function operation(
  action: CommitOp['action'],
  path: string,
  cid: Cid | undefined,
  prev: Cid | undefined,
): CommitOp {
  return { action, path, cid: cid ? linkTo(cid) : null, ...(prev && { prev: linkTo(prev) }) }
}
