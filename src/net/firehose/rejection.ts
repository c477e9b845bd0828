import { type FormatReason, formatReasons } from '../repo/rejection.ts'

/**
 * Why an event of the relay was skipped: what it carries is not of the format, or
 *
 * - `frame`: not two CBOR objects in one binary message, or no header of the protocol
 * - `cursor`: out of sequence, or the relay no longer has our place in it
 * - `unknown_type`: a type of event that the protocol does not name
 */
export type RejectReason = 'frame' | FormatReason | 'cursor' | 'unknown_type'

export const rejectReasons = ['frame', ...formatReasons, 'cursor', 'unknown_type'] as const
