import { type Bytes, encode } from '@atcute/cbor'
import type { CidLink } from '@atcute/cid'
import type { Did } from '../../model/did.ts'

/** A message of `com.atproto.sync.subscribeRepos`, without its place in the sequence. */
export type Message =
  | { readonly type: '#commit'; readonly body: CommitBody }
  | { readonly type: '#sync'; readonly body: SyncBody }
  | { readonly type: '#identity'; readonly body: IdentityBody }
  | { readonly type: '#account'; readonly body: AccountBody }

export interface CommitBody {
  readonly repo: Did
  readonly commit: CidLink
  readonly rev: string
  /** The revision before; `null` for the first commit of a repo. */
  readonly since: string | null
  /** A CAR: the commit, the records written, and the nodes of the tree that Sync 1.1 asks for. */
  readonly blocks: Bytes
  readonly ops: readonly CommitOp[]
  /** Root of the tree before; absent for the first commit of a repo. */
  readonly prevData?: CidLink
  /** These three are deprecated, and still required. */
  readonly blobs: readonly CidLink[]
  readonly rebase: false
  readonly tooBig: false
}

export interface CommitOp {
  readonly action: 'create' | 'update' | 'delete'
  readonly path: string
  readonly cid: CidLink | null
  /** The record's CID before; absent for a create. */
  readonly prev?: CidLink
}

export interface SyncBody {
  readonly did: Did
  readonly rev: string
  /** A CAR with the commit alone. */
  readonly blocks: Bytes
}

export interface IdentityBody {
  readonly did: Did
  readonly handle?: string
}

export interface AccountBody {
  readonly did: Did
  readonly active: boolean
  readonly status?: string
}

/** Gives a message its place and time, and encodes it as the frame that subscribers receive. */
export function messageFrame({ type, body }: Message, seq: number, timeMs: number): Uint8Array {
  return encodeFrame({ op: 1, t: type }, { ...body, seq, time: new Date(timeMs).toISOString() })
}

/** Informs subscribers of something that is not an event, such as `OutdatedCursor`. */
export function infoFrame(name: string, message: string): Uint8Array {
  return encodeFrame({ op: 1, t: '#info' }, { name, message })
}

/** The last frame of a connection that ends with an error, such as `FutureCursor` or `ConsumerTooSlow`. */
export function errorFrame(error: string, message: string): Uint8Array {
  return encodeFrame({ op: -1 }, { error, message })
}

/** Two values in DAG-CBOR, one after the other (https://atproto.com/specs/event-stream). */
export function encodeFrame(header: unknown, body: unknown): Uint8Array {
  return Buffer.concat([encode(header), encode(body)])
}
