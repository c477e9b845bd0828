import type { Did } from '../../model/did.ts'
import { InvalidError, UpstreamError } from '../../model/errors.ts'
import { type Backoff, wait } from './backoff.ts'
import { Rejection } from './rejection.ts'
import { importKey, type VerifyingKey } from './signature.ts'

/** Knows the signing keys of DIDs; `Identity` of net/identity is one. */
export interface KeySource {
  /** What is known without asking anybody; the same object as long as nothing has changed. */
  peek(did: Did): KeyInfo | undefined
  /**
   * @param options.refresh asks anew, also when the answer is known.
   * @throws {InvalidError} when there is no such DID, or no key in its document.
   * @throws {UpstreamError} when nobody answers.
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
  /** How many DIDs are looked up at once. */
  readonly concurrency: number
  /** How long the host of a DID other than `did:plc` may hold up the stream, in ms. */
  readonly strangerTimeoutMs: number
  readonly backoff: Backoff
  /** Called when the directory does not answer, and when it does again; not for each DID. */
  readonly onDirectory: (answers: boolean, problem: string) => void
}

/** The imported keys of DIDs, and the looking up of those that are not known yet. */
export class Keys {
  readonly #options: KeysOptions
  readonly #imported = new WeakMap<KeyInfo, VerifyingKey>()
  readonly #waiting: (() => void)[] = []
  #running = 0
  #directoryAnswers = true

  constructor(options: KeysOptions) {
    this.#options = options
  }

  /** @throws {Rejection} `signature` when the key is none. */
  known(did: Did): VerifyingKey | undefined {
    const info = this.#options.source.peek(did)
    return info && this.#import(info)
  }

  forget(did: Did): void {
    this.#options.source.forget(did)
  }

  /**
   * Waits as long as the directory of `did:plc` does not answer, since no event may be lost for that;
   * hosts that strangers chose get a short time only.
   *
   * @throws {Rejection} `signature` when there is no key.
   * @throws {DOMException} `AbortError`
   */
  async lookUp(did: Did, refresh: boolean, signal: AbortSignal): Promise<VerifyingKey> {
    while (this.#running >= this.#options.concurrency) await new Promise<void>((go) => this.#waiting.push(go))
    this.#running += 1
    try {
      return this.#import(await this.#resolve(did, refresh, signal))
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  async #resolve(did: Did, refresh: boolean, signal: AbortSignal): Promise<KeyInfo> {
    const { source, strangerTimeoutMs, backoff } = this.#options
    const fromDirectory = did.startsWith('did:plc:')
    const patience = fromDirectory
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(strangerTimeoutMs)])
    for (let attempt = 0; ; attempt++) {
      try {
        const info = await source.resolve(did, { refresh, signal: patience })
        if (fromDirectory) this.#report(true, '')
        return info
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof InvalidError || patience.aborted) throw noKey(did, error)
        if (!(error instanceof UpstreamError)) throw error
        if (fromDirectory) this.#report(false, error.message)
      }
      await wait(attempt, backoff, patience).catch((error) => {
        signal.throwIfAborted()
        throw noKey(did, error)
      })
    }
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

function noKey(did: Did, cause: unknown): Rejection {
  return new Rejection('signature', `no key for ${did}: ${(cause as Error).message}`, { cause })
}
