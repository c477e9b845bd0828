import type { CommitEvent, RepoEvent, SyncEvent, UnverifiedEvent } from '../../model/event.ts'
import { WrongKey } from '../repo/rejection.ts'
import type { VerifyingKey } from '../repo/signature.ts'
import { Keys } from './keys.ts'
import type { CommitMessage, Message, SyncMessage } from './message.ts'
import type { Settings } from './options.ts'
import { checkRev } from './rev.ts'
import { verifyCommit, verifySync } from './verify.ts'
import type { VerifyOptions } from './verify-options.ts'

export interface VerifierOptions {
  readonly settings: Settings
  /** Ends look-ups of keys. */
  readonly signal: AbortSignal
  /** Whether an event may wait for a key. */
  readonly mayWait: () => boolean
}

/** Turns messages into events: finds the key that each needs, and checks what it says. */
export class Verifier {
  readonly #settings: Settings
  readonly #keys: Keys
  readonly #mayWait: () => boolean
  readonly #verify: VerifyOptions

  constructor({ settings, signal, mayWait }: VerifierOptions) {
    const { identity: source, lookups: concurrency, lookupWaitMs: waitMs } = settings
    const { verify: mode, strict, onOddRecord } = settings
    this.#settings = settings
    this.#keys = new Keys({ source, concurrency, waitMs, signal })
    this.#mayWait = mayWait
    this.#verify = { mode, strict, onOddRecord }
  }

  /**
   * Verifies at once where the key is known, so that most events do not cost a promise. Where no key fits, or none
   * comes in time, the message leaves as it came.
   *
   * @param frame what the message was read from.
   * @throws {Rejection} or rejects with it.
   */
  verify(message: Message, frame: Uint8Array): RepoEvent | Promise<RepoEvent> {
    if (message.kind === 'identity') this.#keys.forget(message.did)
    if (message.kind === 'identity' || message.kind === 'account') return message
    const { latest, maxRevAheadMs } = this.#settings
    checkRev(message.rev, { nowMs: latest(), maxAheadMs: maxRevAheadMs })
    if (this.#verify.mode === 'none') return this.#check(message)
    const key = this.#keys.known(message.did)
    if (!key) return this.#lookUp(message, frame, false)
    try {
      return this.#check(message, key)
    } catch (error) {
      if (error instanceof WrongKey) return this.#lookUp(message, frame, true)
      throw error
    }
  }

  /** A key that does not fit may have changed since it was looked up; it is asked for once more. */
  #lookUp(
    message: CommitMessage | SyncMessage,
    frame: Uint8Array,
    refresh: boolean,
  ): RepoEvent | Promise<RepoEvent> {
    const lookUp = this.#keys.lookUp(message.did, refresh)
    if (this.#mayWait()) return lookUp.then((key) => this.#checkLate(message, frame, key))
    lookUp.catch(() => {})
    return unverified(message, frame)
  }

  /** The directory may hear of a new key later than we do: that none fits is for those to say who can wait longer. */
  #checkLate(
    message: CommitMessage | SyncMessage,
    frame: Uint8Array,
    key: VerifyingKey | undefined,
  ): CommitEvent | SyncEvent | UnverifiedEvent {
    if (!key) return unverified(message, frame)
    try {
      return this.#check(message, key)
    } catch (error) {
      if (error instanceof WrongKey) return unverified(message, frame)
      throw error
    }
  }

  #check(message: CommitMessage | SyncMessage, key?: VerifyingKey): CommitEvent | SyncEvent {
    const options = key ? { ...this.#verify, key } : this.#verify
    return message.kind === 'commit' ? verifyCommit(message, options) : verifySync(message, options)
  }
}

function unverified(
  { did, seq, timeMs, rev }: CommitMessage | SyncMessage,
  frame: Uint8Array,
): UnverifiedEvent {
  return { kind: 'unverified', did, seq, timeMs, rev, frame }
}
