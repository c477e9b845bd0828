import { decode, encode, fromBytes, toBytes } from '@atcute/cbor'
import type { Did } from '../../../src/model/did.ts'
import { type Block, blockOf } from '../../../src/net/repo/block.ts'
import { readCar } from '../../../src/net/repo/car.ts'
import { type Cid, linkTo, parseCid } from '../../../src/net/repo/cid.ts'
import { encodeFrame } from '../../../src/net/repo/frames.ts'
import type { HonestCommit, HonestRepo } from './model.ts'

export type Fields = Record<string, unknown>

export interface SignedState {
  readonly did: Did
  readonly rev: string
  /** The root of the tree. */
  readonly data: Cid
}

/** A commit taken to pieces, each of which a forger may alter before they are put together again. */
export interface Draft {
  readonly repo: HonestRepo
  readonly header: Fields
  /** The fields of the message. `blocks` is written from the pieces below, unless it was altered itself. */
  readonly message: Fields
  readonly ops: Fields[]
  /** The pieces of its CAR file. */
  roots: Cid[]
  blocks: Block[]
  /** The block of the signed commit. */
  commit: Cid
  /** States of their repos that owners have signed in the course of it. */
  readonly signed: SignedState[]
  /** Alters the bytes of the whole. @default they stay */
  finish: (frame: Buffer) => Buffer
}

export function draftOf(repo: HonestRepo, { body }: HonestCommit): Draft {
  const { blocks, ops, ...message } = body
  const car = readCar(Buffer.from(fromBytes(blocks)))
  return {
    repo,
    header: { op: 1, t: '#commit' },
    message: { ...message, seq: 1, time: '2026-01-02T03:04:05.000Z' },
    ops: ops.map((op) => ({ ...op })),
    roots: [...car.roots],
    blocks: Array.from(car.blocks, ([cid, bytes]) => ({ cid, bytes })),
    commit: parseCid(body.commit.$link),
    signed: [],
    finish: (frame) => frame,
  }
}

export function frameOf({ header, message, ops, roots, blocks, finish }: Draft): Buffer {
  const body = { ops, blocks: toBytes(carOf(roots, blocks)), ...message }
  return finish(Buffer.from(encodeFrame(header, body)))
}

/** The fields of one of the blocks; undefined where that is not there, or is no map. */
export function fieldsOf({ blocks }: Pick<Draft, 'blocks'>, cid: Cid): Fields | undefined {
  const block = blocks.find((one) => one.cid === cid)
  try {
    const fields = block && decode(block.bytes)
    return fields !== null && typeof fields === 'object' && !Array.isArray(fields) ? fields : undefined
  } catch {
    return undefined
  }
}

/** Puts other bytes in the place of a block, under a CID that fits, and makes all that name it name that. */
export function rewrite(draft: Draft, cid: Cid, bytes: Uint8Array, depth = 0): void {
  // A tree that was made to name itself would be written for ever.
  if (depth > 8) return
  const block = blockOf(bytes)
  const [from, to] = [Buffer.from(cid, 'latin1'), Buffer.from(block.cid, 'latin1')]
  draft.blocks = draft.blocks.map((one) => (one.cid === cid ? block : one))
  if (draft.commit === cid) {
    draft.commit = block.cid
    draft.message.commit = linkTo(block.cid)
    draft.roots = draft.roots.map((root) => (root === cid ? block.cid : root))
    return
  }
  for (const parent of draft.blocks) {
    const at = Buffer.from(parent.bytes).indexOf(from)
    if (at < 0 || parent.cid === block.cid) continue
    const changed = Buffer.from(parent.bytes)
    to.copy(changed, at)
    rewrite(draft, parent.cid, changed, depth + 1)
  }
}

function carOf(roots: readonly Cid[], blocks: readonly Block[]): Uint8Array {
  const header = encode({ version: 1, roots: roots.map(linkTo) })
  const parts: Uint8Array[] = [varint(header.length), header]
  for (const { cid, bytes } of blocks)
    parts.push(varint(cid.length + bytes.length), Buffer.from(cid, 'latin1'), bytes)
  return Buffer.concat(parts)
}

function varint(value: number): Uint8Array {
  return value < 0x80 ? Uint8Array.of(value) : Uint8Array.of((value & 0x7f) | 0x80, ...varint(value >> 7))
}
