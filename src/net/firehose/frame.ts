import { decode } from '@atcute/cbor'
import { scan } from '../repo/canonical.ts'
import { Rejection } from '../repo/rejection.ts'

/** A frame of an event stream (https://atproto.com/specs/event-stream), split into its two objects. */
export type Frame = MessageFrame | ErrorFrame

export interface MessageFrame {
  readonly kind: 'message'
  /** As in the header: `#commit` and others. */
  readonly type: string
  readonly body: Fields
}

export interface ErrorFrame {
  readonly kind: 'error'
  /** `FutureCursor`, `ConsumerTooSlow` or others. */
  readonly error: string
  readonly message?: string
}

/** A CBOR map as it came: what its fields hold has not been checked. */
export type Fields = Readonly<Record<string, unknown>>

export interface Header {
  /** The type of a message; absent for an error. */
  readonly type?: string
  readonly sizeBytes: number
}

/**
 * Opens the first of a frame's two objects. That it is good shows that the sender speaks the protocol.
 *
 * @throws {Rejection} `frame`, `decode`, `canonical` or `depth`
 */
export function openHeader(frame: Uint8Array): Header {
  if (frame.length === 0) throw new Rejection('frame', 'an empty frame')
  const sizeBytes = scan(frame, 0)
  const { op, t } = readMap(frame.subarray(0, sizeBytes))
  if (op === 1 && typeof t === 'string') return { type: t, sizeBytes }
  if (op === -1) return { sizeBytes }
  throw new Rejection('frame', 'a header without op and t')
}

/** Opens the second object. Byte strings stay views of the frame. Throws like `openHeader`. */
export function openBody(frame: Uint8Array, { type, sizeBytes }: Header): Frame {
  const bytes = frame.subarray(sizeBytes)
  if (bytes.length === 0) throw new Rejection('frame', 'a frame of one object')
  if (scan(bytes, 0) !== bytes.length)
    throw new Rejection('frame', 'bytes after the second object of a frame')
  const body = readMap(bytes)
  if (type !== undefined) return { kind: 'message', type, body }
  if (typeof body.error !== 'string') throw new Rejection('frame', 'an error without a name')
  return {
    kind: 'error',
    error: body.error,
    ...(typeof body.message === 'string' && { message: body.message }),
  }
}

function readMap(bytes: Uint8Array): Fields {
  const value = decode(bytes)
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    throw new Rejection('frame', 'a frame that is not made of objects')
  return value
}
