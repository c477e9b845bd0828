import type { FormatReason } from '../repo/rejection.ts'
import type { VerifyingKey } from '../repo/signature.ts'

/**
 * How much of an event is checked before it is believed.
 *
 * - `full`: every block, the signature, and that the operations lead from the previous tree to this one; where that is not
 *   named and cannot be found, that this one shows each of them
 * - `signature`: every block and the signature
 * - `none`: only that the records are what their CIDs say
 */
export type VerifyMode = (typeof verifyModes)[number]

export const verifyModes = ['full', 'signature', 'none'] as const

export interface VerifyOptions {
  readonly mode: VerifyMode
  /** Refuses commits that do not name the previous tree, as those of old hosts. */
  readonly strict: boolean
  /** The key of the event's DID; not needed in the mode `none`. */
  readonly key?: VerifyingKey
  /** Called for each record of a commit that is kept though it cannot be read, with what is odd about it. */
  readonly onOddRecord?: (reason: FormatReason) => void
}
