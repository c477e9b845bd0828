/** Why an event of the relay was skipped. */
export type RejectReason = (typeof rejectReasons)[number]

/**
 * - `frame`: not two CBOR objects in one binary message, or no header of the protocol
 * - `decode`: not CBOR, or without the fields that its type must have
 * - `canonical`: CBOR, but not the one canonical DAG-CBOR form of its content
 * - `depth`: nested deeper than the limit
 * - `size`: larger than a limit, or with more operations
 * - `cid`: a block is not what its CID says, or is missing
 * - `signature`: not signed by the key of its DID, or something else was signed
 * - `mst`: the operations do not lead from the previous tree to this one
 * - `cursor`: out of sequence, or the relay no longer knows our place in it
 * - `unknown_type`: a type of event that the protocol does not name
 */
export const rejectReasons = [
  'frame',
  'decode',
  'canonical',
  'depth',
  'size',
  'cid',
  'signature',
  'mst',
  'cursor',
  'unknown_type',
] as const

/** An event breaks a rule: it is skipped and counted, and the stream goes on. */
export class Rejection extends Error {
  override readonly name: string = 'Rejection'
  readonly reason: RejectReason

  constructor(reason: RejectReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** The signature does not fit the key that was tried; another key may fit. */
export class WrongKey extends Rejection {
  override readonly name = 'WrongKey'

  constructor(message: string) {
    super('signature', message)
  }
}

/** The event does not carry a block of the tree that is needed to undo its operations. */
export class MissingBlock extends Rejection {
  override readonly name = 'MissingBlock'

  constructor(message: string) {
    super('mst', message)
  }
}
