import type { KeyStep } from '../../model/backfill.ts'
import type { Did } from '../../model/did.ts'
import type { CommitEvent, RejectedEvent, RepoEvent, UnverifiedEvent } from '../../model/event.ts'
import { decodeEvent } from '../../model/event-bytes.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { HeldEvent, Storage } from '../../state/storage/storage.ts'
import { isBug } from './faults.ts'
import type { Plan } from './plan.ts'
import type { ContentEvent, ProvenEvent } from './waiting.ts'

export interface DrainOptions {
  readonly storage: Pick<Storage, 'held'>
  /**
   * Reads and verifies the frame of an `unverified` event.
   *
   * @throws an error named `WrongKey` when another key may fit, `FutureRev` when its revision is too far ahead of our
   *   clock, and any other when it is refused for other reasons.
   */
  readonly verifyFrame: VerifyFrame
  /** Whether records of a collection are kept. */
  readonly keeps: (collection: Nsid) => boolean
  /** Called for an event that cannot be read, which is skipped, or that a bug stands in the way of. */
  readonly onFault: (error: unknown) => void
}

export type VerifyFrame = (frame: Uint8Array, signingKey: string) => RepoEvent | Promise<RepoEvent>

export type Key = Pick<KeyStep, 'signingKey' | 'isFinal'>

/** What one slice takes at most, and at least one event. */
export interface SliceLimits {
  readonly events: number
  readonly bytes: number
  readonly ms: number
  /** The event is refused unread, since the storage does not take it. @default false */
  readonly refuses?: boolean
}

/** How far a slice has come: `more` are left, none (`done`), or the next one waits for a key (`blocked`). */
export type Drained = 'more' | 'done' | 'blocked'

/** Adds to a plan what has waited of a repo, the oldest first, as far as a slice reaches. */
export async function drain(
  plan: Plan,
  did: Did,
  key: Key | undefined,
  limits: SliceLimits,
  options: DrainOptions,
): Promise<Drained> {
  const startMs = performance.now()
  const waiting = await options.storage.held(did, limits.events)
  let bytes = 0
  for (const [at, held] of waiting.entries()) {
    bytes += held.payload.length
    const isFirst = held === waiting[0]
    if (!isFirst && (bytes > limits.bytes || performance.now() - startMs > limits.ms)) return 'more'
    const event = read(held, options)
    const isStale = event === undefined || event.rev <= (plan.repo(did)?.rev ?? '')
    if (event === undefined || (event.kind === 'unverified' && isStale)) plan.addHeld(held, did)
    else if (limits.refuses && event.kind !== 'rejected') plan.addHeld(held, did, refused(event, 'rejected'))
    else if (event.kind !== 'unverified') plan.addHeld(held, did, event)
    else {
      const verified = key && (await verify(event, key, options))
      if (verified === undefined) {
        if (key === undefined || !(await hasMovedOn(waiting.slice(at + 1), key, options))) return 'blocked'
        // The directory will not show the key of before any more; the repo has all that waits for it.
        plan.step({ kind: 'lapse', dids: [did], reason: 'key' })
        plan.notices.desync.set(did, 'key')
        return 'done'
      }
      if (verified.kind === 'rejected') plan.tally.refused++
      plan.addHeld(held, did, verified.kind === 'commit' ? filter(verified, plan, options) : verified)
    }
  }
  return waiting.length < limits.events ? 'done' : 'more'
}

/** Whether something that came later is signed with the key that the directory shows now. */
async function hasMovedOn(later: readonly HeldEvent[], key: Key, options: DrainOptions): Promise<boolean> {
  for (const held of later) {
    const event = read(held, options)
    if (event === undefined || event.kind === 'rejected') continue
    if (event.kind !== 'unverified') return true
    const verified = await verify(event, { ...key, isFinal: false }, options)
    if (verified !== undefined && verified.kind !== 'rejected') return true
  }
  return false
}

/** Stands in for an event that is not applied: the repo has moved on without us. */
export function refused(event: ContentEvent, reason: RejectedEvent['reason']): RejectedEvent {
  const { did, seq, timeMs, rev } = event
  return { kind: 'rejected', did, seq, timeMs, rev, reason }
}

function read({ payload }: HeldEvent, { onFault }: DrainOptions): ContentEvent | undefined {
  try {
    const event = decodeEvent(payload)
    return event.kind === 'identity' || event.kind === 'account' ? undefined : event
  } catch (error) {
    onFault(error)
    return undefined
  }
}

/** @returns undefined when the event goes on waiting for another key. */
async function verify(
  event: UnverifiedEvent,
  { signingKey, isFinal }: Key,
  { verifyFrame, onFault }: DrainOptions,
): Promise<ProvenEvent | undefined> {
  if (signingKey === undefined) return refused(event, 'key')
  try {
    const verified = await verifyFrame(event.frame, signingKey)
    const isContent = verified.kind === 'commit' || verified.kind === 'sync' || verified.kind === 'rejected'
    // A frame of another repo, or one that says nothing of content, is not what was announced.
    return isContent && verified.did === event.did ? verified : refused(event, 'rejected')
  } catch (error) {
    if (isBug(error)) onFault(error)
    const { name } = error as { readonly name?: unknown }
    if (name !== 'WrongKey') return refused(event, name === 'FutureRev' ? 'rev' : 'rejected')
    return isFinal ? refused(event, 'key') : undefined
  }
}

function filter(commit: CommitEvent, plan: Plan, { keeps }: DrainOptions): CommitEvent {
  const operations = commit.operations.filter(({ collection }) => keeps(collection))
  plan.tally.filtered += commit.operations.length - operations.length
  return operations.length === commit.operations.length ? commit : { ...commit, operations }
}
