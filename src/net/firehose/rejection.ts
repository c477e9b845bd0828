import type { RejectedEvent } from '../../model/event.ts'
import { type FormatReason, formatReasons, Rejection, WrongKey } from '../repo/rejection.ts'

/**
 * Why an event of the relay was skipped: what it carries is not of the format, or
 *
 * - `frame`: not two CBOR objects in one binary message, or no header of the protocol
 * - `cursor`: out of sequence, or the relay no longer has our place in it
 * - `unknown_type`: a type of event that the protocol does not name
 */
export type RejectReason = 'frame' | FormatReason | 'cursor' | 'unknown_type'

export const rejectReasons = ['frame', ...formatReasons, 'cursor', 'unknown_type'] as const

/** The DID of an event does not exist, or has no key that signs a repo. Asking again gives the same. */
export class NoKey extends Rejection {
  override readonly name = 'NoKey'

  constructor(message: string, options?: ErrorOptions) {
    super('signature', message, options)
  }
}

/** A commit calls itself too far ahead of our clock. Believed, it would make all that follow look old. */
export class FutureRev extends Rejection {
  override readonly name = 'FutureRev'

  constructor(message: string) {
    super('decode', message)
  }
}

/** What a repo is told of a message that was refused with this error. */
export function rejectedFor(error: unknown): RejectedEvent['reason'] {
  if (error instanceof NoKey || error instanceof WrongKey) return 'key'
  return error instanceof FutureRev ? 'rev' : 'rejected'
}
