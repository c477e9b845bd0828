/**
 * What of the format of repos is broken.
 *
 * - `decode`: not CBOR, or without the fields that its type must have
 * - `canonical`: CBOR, but not the one canonical DAG-CBOR form of its content
 * - `depth`: nested deeper than the limit
 * - `size`: larger than a limit
 * - `cid`: a block is not what its CID says, or is missing
 * - `signature`: not signed by the key of its DID, or something else was signed
 * - `mst`: not a tree, or the operations do not lead from the previous tree to this one
 */
export type FormatReason = (typeof formatReasons)[number]

export const formatReasons = ['decode', 'canonical', 'depth', 'size', 'cid', 'signature', 'mst'] as const

/** What came from outside breaks a rule of the format, or of a protocol, which names further reasons. */
export class Rejection<Reason extends string = FormatReason> extends Error {
  override readonly name: string = 'Rejection'
  readonly reason: Reason

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** A commit was not signed by the key that was tried; another key may fit. */
export class WrongKey extends Rejection {
  override readonly name = 'WrongKey'

  constructor(message: string) {
    super('signature', message)
  }
}

/** A block of a tree is needed and not there: the blocks are incomplete, and need not be wrong. */
export class MissingBlock extends Rejection {
  override readonly name = 'MissingBlock'

  constructor(message: string) {
    super('mst', message)
  }
}
