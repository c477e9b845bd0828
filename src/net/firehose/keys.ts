import type { Did } from '../../model/did.ts'
import { InvalidError, UpstreamError } from '../../model/errors.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import { Rejection } from '../repo/rejection.ts'
import { importKey, type VerifyingKey } from '../repo/signature.ts'

/** Knows the signing keys of DIDs, as `Identity` of net/identity does. */
export interface KeySource {
  /** What is known without a request; the same object as long as nothing has changed. */
  peek(did: Did): KeyInfo | undefined
  /**
   * @param options.refresh asks again even if the answer is known.
   * @throws {InvalidError} when there is no such DID, or no key in its document.
   * @throws {UpstreamError} when there is no answer.
   */
  resolve(did: Did, options?: { readonly refresh?: boolean; readonly signal?: AbortSignal }): Promise<KeyInfo>
  /** Drops what is known, because it may have changed. */
  forget(did: Did): void
}

export interface KeyInfo {
  /** `z…`, the public key that signs the commits of the DID's repo. */
  readonly signingKey: string
}

export interface KeysOptions {
  readonly source: KeySource
  /** How many DIDs are looked up at a time. */
  readonly concurrency: number
  /** How long the host of a DID other than `did:plc` may hold up the stream, in ms. */
  readonly strangerTimeoutMs: number
  readonly backoff: Backoff
  /** Called when the directory stops answering, and when it answers again; not for each DID. */
  readonly onDirectory: (answers: boolean, problem: string) => void
}

/** The imported keys of DIDs, and look-ups of those that are not known yet. */
export class Keys {
  readonly #options: KeysOptions
  readonly #imported = new WeakMap<KeyInfo, VerifyingKey>()
  /** Those under way, so that all events of a repo share one. */
  readonly #lookUps = {
    known: new Map<Did, Promise<VerifyingKey>>(),
    refreshed: new Map<Did, Promise<VerifyingKey>>(),
  }
  readonly #waiting: (() => void)[] = []
  /** Until when hosts that did not answer are not asked again. */
  readonly #silent = new Map<Did, number>()
  #running = 0
  /** How often the directory has answered. */
  #answers = 0
  #directoryAnswers = true

  constructor(options: KeysOptions) {
    this.#options = options
  }

  /** @throws {Rejection} `signature` when what is known is not a key. */
  known(did: Did): VerifyingKey | undefined {
    const info = this.#options.source.peek(did)
    return info && this.#import(info)
  }

  forget(did: Did): void {
    this.#options.source.forget(did)
  }

  /**
   * Waits while the directory of `did:plc` does not answer, since no event may be lost to that; hosts that
   * strangers chose get only a short time.
   *
   * @throws {Rejection} `signature` when there is no key.
   * @throws anything once `signal` has aborted.
   */
  lookUp(did: Did, refresh: boolean, signal: AbortSignal): Promise<VerifyingKey> {
    const lookUps = refresh ? this.#lookUps.refreshed : this.#lookUps.known
    const pending = lookUps.get(did) ?? this.#lookUp(did, refresh, signal).finally(() => lookUps.delete(did))
    lookUps.set(did, pending)
    return pending
  }

  async #lookUp(did: Did, refresh: boolean, signal: AbortSignal): Promise<VerifyingKey> {
    while (this.#running >= this.#options.concurrency)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running += 1
    try {
      return this.#import(await this.#resolve(did, refresh, signal))
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  async #resolve(did: Did, refresh: boolean, signal: AbortSignal): Promise<KeyInfo> {
    if (did.startsWith('did:plc:')) return await this.#askDirectory(did, refresh, signal)
    if (performance.now() < (this.#silent.get(did) ?? 0))
      throw noKey(did, 'its host has recently not answered')
    const giveUp = AbortSignal.any([signal, AbortSignal.timeout(this.#options.strangerTimeoutMs)])
    try {
      return await repeat(() => this.#ask(did, refresh, giveUp), {
        backoff: this.#options.backoff,
        signal: giveUp,
        isWorthRepeating: isUpstream,
      })
    } catch (error) {
      signal.throwIfAborted()
      throw isUpstream(error) ? this.#silence(did, error) : error
    }
  }

  /** Waits forever, unless the directory answers for others and keeps failing for this DID. */
  async #askDirectory(did: Did, refresh: boolean, signal: AbortSignal): Promise<KeyInfo> {
    const answersBefore = this.#answers
    let failures = 0
    const ask = async () => {
      try {
        const info = await this.#ask(did, refresh, signal)
        this.#countAnswer()
        return info
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof Rejection) this.#countAnswer()
        if (!isUpstream(error)) throw error
        if (++failures > maxFailures && this.#answers > answersBefore) throw noKey(did, error.message)
        this.#report(false, error.message)
        throw error
      }
    }
    return await repeat(ask, { backoff: this.#options.backoff, signal, isWorthRepeating: isUpstream })
  }

  async #ask(did: Did, refresh: boolean, signal: AbortSignal): Promise<KeyInfo> {
    try {
      return await this.#options.source.resolve(did, { refresh, signal })
    } catch (error) {
      throw error instanceof InvalidError ? noKey(did, error.message) : error
    }
  }

  /** A host that has just been silent must not hold up the stream again at once. */
  #silence(did: Did, error: UpstreamError): Rejection {
    if (this.#silent.size >= maxSilent) this.#silent.clear()
    this.#silent.set(did, performance.now() + silenceMs)
    return noKey(did, error.message)
  }

  #countAnswer(): void {
    this.#answers += 1
    this.#report(true, '')
  }

  #report(answers: boolean, problem: string): void {
    if (answers === this.#directoryAnswers) return
    this.#directoryAnswers = answers
    this.#options.onDirectory(answers, problem)
  }

  #import(info: KeyInfo): VerifyingKey {
    const known = this.#imported.get(info)
    if (known) return known
    try {
      const key = importKey(info.signingKey)
      this.#imported.set(info, key)
      return key
    } catch (cause) {
      throw new Rejection('signature', (cause as Error).message, { cause })
    }
  }
}

/** After this many failures it is taken for a fault of the DID, if the directory answers for others. */
const maxFailures = 10
const silenceMs = 60_000
const maxSilent = 10_000

function isUpstream(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError
}

function noKey(did: Did, problem: string): Rejection {
  return new Rejection('signature', `no key for ${did}: ${problem}`)
}
