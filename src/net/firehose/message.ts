import { BytesWrapper } from '@atcute/cbor'
import { validate as isTid } from '@atcute/tid'
import { type Did, isDid } from '../../model/did.ts'
import type { AccountEvent, IdentityEvent } from '../../model/event.ts'
import { isNsid, type Nsid } from '../../model/nsid.ts'
import { isRecordKey } from '../../model/record.ts'
import { type Cid, isLink, linkedCid } from '../repo/cid.ts'
import type { TreeOperation } from '../repo/invert.ts'
import { Rejection } from '../repo/rejection.ts'
import type { Fields, MessageFrame } from './frame.ts'

/** What a message says. Its fields have been checked, and nothing of it has been proven. */
export type Message = CommitMessage | SyncMessage | IdentityEvent | AccountEvent

interface MessageBase {
  readonly did: Did
  readonly seq: number
  readonly timeMs: number
  readonly rev: string
  /** A CAR file. */
  readonly blocks: Buffer
}

export interface SyncMessage extends MessageBase {
  readonly kind: 'sync'
}

export interface CommitMessage extends MessageBase {
  readonly kind: 'commit'
  /** The signed commit among `blocks`. */
  readonly commit: Cid
  readonly prevData?: Cid
  /** The revision before, as the host states it. */
  readonly since?: string
  /** The host left the operations out, as old hosts do when there are too many or when a repo is rewritten. */
  readonly contentOmitted: boolean
  readonly operations: readonly RepoOperation[]
}

/** What a commit did to one record, whose `key` in the tree is `collection/rkey`. */
export interface RepoOperation extends TreeOperation {
  readonly collection: Nsid
  readonly rkey: string
}

/** The types of message that carry an event of a repo. */
export type MessageType = (typeof messageTypes)[number]

export const messageTypes = ['commit', 'sync', 'identity', 'account'] as const

export const maxOperations = 200
export const maxBlocksBytes = 2_000_000

/** @throws {Rejection} `decode` when a field is missing or wrong, `size` when a limit is exceeded. */
export function readMessage(type: MessageType, body: Fields): Message {
  return readers[type](body)
}

const readers = {
  commit: readCommit,
  sync: (body) => ({ kind: 'sync', ...readSigned(body, body.did) }),
  identity: (body) => ({
    kind: 'identity',
    ...readBase(body, body.did),
    ...optionalText('handle', body.handle),
  }),
  account: (body) => ({
    kind: 'account',
    ...readBase(body, body.did),
    active: typeof body.active === 'boolean' ? body.active : wrong('active'),
    ...optionalText('status', body.status),
  }),
} satisfies Record<MessageType, (body: Fields) => Message> as Record<MessageType, (body: Fields) => Message>

function readCommit(body: Fields): CommitMessage {
  const { ops } = body
  if (!Array.isArray(ops)) return wrong('ops')
  if (ops.length > maxOperations)
    throw new Rejection('size', `${ops.length} operations, more than ${maxOperations}`)
  return {
    kind: 'commit',
    ...readSigned(body, body.repo),
    commit: optionalLink(body.commit, 'commit') ?? wrong('commit'),
    prevData: optionalLink(body.prevData, 'prevData'),
    ...optionalText('since', body.since),
    contentOmitted: body.tooBig === true || body.rebase === true,
    operations: ops.map(readOperation),
  }
}

function readOperation(operation: Fields | null): RepoOperation {
  const { action, path, cid, prev } = operation ?? {}
  if (action !== 'create' && action !== 'update' && action !== 'delete')
    return wrong('action of an operation')
  const key = typeof path === 'string' ? path : wrong('path of an operation')
  const slash = key.indexOf('/')
  const collection = key.slice(0, slash)
  const rkey = key.slice(slash + 1)
  if (!isNsid(collection) || !isRecordKey(rkey)) return wrong('path of an operation')
  const written = optionalLink(cid, 'cid of an operation')
  if ((written === undefined) !== (action === 'delete')) return wrong('cid of an operation')
  return { action, key, collection, rkey, cid: written, prev: optionalLink(prev, 'prev of an operation') }
}

function readSigned(body: Fields, did: unknown): MessageBase {
  const { rev, blocks } = body
  if (typeof rev !== 'string' || !isTid(rev)) return wrong('rev')
  if (!(blocks instanceof BytesWrapper)) return wrong('blocks')
  const { buf } = blocks
  if (buf.length > maxBlocksBytes)
    throw new Rejection('size', `${buf.length} bytes of blocks, more than ${maxBlocksBytes}`)
  return { ...readBase(body, did), rev, blocks: Buffer.from(buf.buffer, buf.byteOffset, buf.length) }
}

function readBase({ seq, time }: Fields, did: unknown): Pick<MessageBase, 'did' | 'seq' | 'timeMs'> {
  if (!isSeq(seq)) return wrong('seq')
  const timeMs = readTime(time) ?? wrong('time')
  return { did: isDid(did) ? did : wrong('did'), seq, timeMs }
}

/** The place of a message in the stream, even of one that is skipped for another fault. */
export function seqOf({ body }: MessageFrame): number | undefined {
  return isSeq(body.seq) ? body.seq : undefined
}

/** When a message was sent, in ms since 1970, even one that is skipped for another fault. */
export function timeOf({ body }: MessageFrame): number | undefined {
  return readTime(body.time)
}

function readTime(time: unknown): number | undefined {
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isNaN(timeMs) ? undefined : timeMs
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function optionalLink(value: unknown, field: string): Cid | undefined {
  if (value === undefined || value === null) return undefined
  return isLink(value) ? linkedCid(value) : wrong(field)
}

function optionalText<Name extends string>(name: Name, value: unknown): { readonly [Key in Name]?: string } {
  if (value === undefined || value === null) return {}
  return typeof value === 'string' ? ({ [name]: value } as { [Key in Name]: string }) : wrong(name)
}

function wrong(field: string): never {
  throw new Rejection('decode', `${field} is missing or of the wrong kind`)
}
