import { latestClock } from '../../model/clock.ts'
import type { CommitEvent, SyncEvent } from '../../model/event.ts'
import { Rejection } from '../repo/rejection.ts'
import { importKey, type VerifyingKey } from '../repo/signature.ts'
import { openBody, openHeader } from './frame.ts'
import { readMessage } from './message.ts'
import { NoKey } from './rejection.ts'
import { checkRev, defaultMaxRevAheadMs } from './rev.ts'
import { verifyCommit, verifySync } from './verify.ts'
import type { VerifyOptions } from './verify-options.ts'

export interface VerifyFrameOptions extends Partial<Omit<VerifyOptions, 'key'>> {
  /** The latest time that it may be, in ms since 1970. @default that of latestClock */
  readonly nowMs?: number
  /** How far ahead of the clock a revision may be, in ms. @default 300_000 */
  readonly maxRevAheadMs?: number
}

/**
 * Verifies the frame of an event that left the firehose unverified, once the key of its DID is known.
 *
 * @param key `z…`, or such a key imported.
 * @throws {WrongKey} when it was not signed by that key: another may fit.
 * @throws {NoKey} when that is not a key.
 * @throws {Rejection} when it breaks a rule.
 */
export function verifyFrame(
  frame: Uint8Array,
  key: string | VerifyingKey,
  {
    mode = 'full',
    strict = false,
    nowMs = latestClock(),
    maxRevAheadMs = defaultMaxRevAheadMs,
    onOddRecord,
  }: VerifyFrameOptions = {},
): CommitEvent | SyncEvent {
  const opened = openBody(frame, openHeader(frame))
  const type = opened.kind === 'message' ? opened.type : 'an error'
  if (opened.kind !== 'message' || (type !== '#commit' && type !== '#sync'))
    throw new Rejection('decode', `${type} is neither a commit nor a new state`)
  const message = readMessage(type === '#commit' ? 'commit' : 'sync', opened.body)
  if (message.kind !== 'commit' && message.kind !== 'sync') throw new Rejection('decode', 'another message')
  checkRev(message.rev, { nowMs, maxAheadMs: maxRevAheadMs })
  const options = { mode, strict, key: imported(key), ...(onOddRecord && { onOddRecord }) }
  return message.kind === 'commit' ? verifyCommit(message, options) : verifySync(message, options)
}

/** Importing a key costs as much as a signature, and the events of a repo come together. */
function imported(key: string | VerifyingKey): VerifyingKey {
  if (typeof key !== 'string') return key
  const known = keys.get(key)
  if (known) return known
  if (keys.size >= maxKeys) keys.clear()
  try {
    const fresh = importKey(key)
    keys.set(key, fresh)
    return fresh
  } catch (cause) {
    throw new NoKey((cause as Error).message, { cause })
  }
}

const keys = new Map<string, VerifyingKey>()
const maxKeys = 1000
