import type { RepoEvent } from '../../model/event.ts'
import { WrongKey } from '../repo/rejection.ts'
import type { VerifyingKey } from '../repo/signature.ts'
import { Keys } from './keys.ts'
import type { CommitMessage, Message, SyncMessage } from './message.ts'
import type { Settings } from './options.ts'
import { verifyCommit, verifySync } from './verify.ts'

/** Turns messages into events: finds the key that each needs, and checks what it says. */
export class Verifier {
  readonly #settings: Settings
  readonly #signal: AbortSignal
  readonly #keys: Keys

  /** @param signal ends look-ups of keys. */
  constructor(settings: Settings, signal: AbortSignal) {
    this.#settings = settings
    this.#signal = signal
    this.#keys = new Keys({
      source: settings.identity,
      concurrency: settings.lookups,
      strangerTimeoutMs: settings.strangerTimeoutMs,
      backoff: settings.backoff,
      onDirectory: (answers, problem) => this.#reportDirectory(answers, problem),
    })
  }

  /**
   * Verifies at once where the key is known, so that most events do not cost a promise.
   *
   * @throws {Rejection} or rejects with it.
   */
  verify(message: Message): RepoEvent | Promise<RepoEvent> {
    if (message.kind === 'identity') this.#keys.forget(message.did)
    if (message.kind === 'identity' || message.kind === 'account') return message
    if (this.#settings.verify === 'none') return this.#check(message)
    const key = this.#keys.known(message.did)
    if (!key) return this.#lookUpAndCheck(message)
    try {
      return this.#check(message, key)
    } catch (error) {
      if (error instanceof WrongKey) return this.#refreshAndCheck(message)
      throw error
    }
  }

  async #lookUpAndCheck(message: CommitMessage | SyncMessage): Promise<RepoEvent> {
    const key = await this.#keys.lookUp(message.did, false, this.#signal)
    try {
      return this.#check(message, key)
    } catch (error) {
      if (error instanceof WrongKey) return await this.#refreshAndCheck(message)
      throw error
    }
  }

  /** The key may have changed since it was looked up; it is asked for once more. */
  async #refreshAndCheck(message: CommitMessage | SyncMessage): Promise<RepoEvent> {
    return this.#check(message, await this.#keys.lookUp(message.did, true, this.#signal))
  }

  #check(message: CommitMessage | SyncMessage, key?: VerifyingKey): RepoEvent {
    const options = { mode: this.#settings.verify, strict: this.#settings.strict, key }
    return message.kind === 'commit' ? verifyCommit(message, options) : verifySync(message, options)
  }

  #reportDirectory(answers: boolean, problem: string): void {
    const { log } = this.#settings
    if (answers) log.info('the directory of DIDs answers again')
    else log.warn('the directory of DIDs has stopped answering; events wait for it', { problem })
  }
}
