import { isDid } from '../../model/did.ts'
import type { RejectedEvent } from '../../model/event.ts'
import type { MessageFrame } from './frame.ts'
import { rejectedFor } from './rejection.ts'
import { claimedRev } from './rev.ts'

export interface Refusal {
  readonly frame: MessageFrame
  /** Its place in the stream. */
  readonly seq: number
  /** When it was sent, or arrived where it does not say. */
  readonly timeMs: number
  /** Why it was refused. */
  readonly error: unknown
}

/** Tells whether what a frame says changes the records of a repo. */
export function changesRecords({ type }: MessageFrame): boolean {
  return type === '#commit' || type === '#sync'
}

/**
 * What takes the place of a commit or a new state that was refused, since its repo may have moved on without us.
 *
 * @returns undefined when the frame does not say which repo that is.
 */
export function refusedEvent({ frame, seq, timeMs, error }: Refusal): RejectedEvent | undefined {
  const { body, type } = frame
  const did = type === '#commit' ? body.repo : body.did
  if (!isDid(did)) return undefined
  const rev = claimedRev(body.rev, timeMs)
  return { kind: 'rejected', did, seq, timeMs, reason: rejectedFor(error), rev }
}
