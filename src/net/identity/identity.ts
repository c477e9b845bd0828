import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isAtprotoWebDid, isPlcDid, webDidToDocumentUrl } from '@atcute/identity'
import type { Did } from '../../model/did.ts'
import { InvalidError, UpstreamError } from '../../model/errors.ts'
import { Cache } from './cache.ts'
import { type IdentityInfo, readDocument } from './document.ts'
import { getJson } from './get-json.ts'

export interface IdentityOptions {
  /** The directory of `did:plc`. The operator chose it, so it may be anywhere. */
  readonly plc: URL
  /** Lets hosts that DIDs name be on loopback, and be asked over http there. @default false */
  readonly allowLoopback?: boolean
  /** How long an answer is trusted, in ms. @default 1 hour */
  readonly ttlMs?: number
  /** How long the answer that a DID is unknown or bad is trusted, in ms. @default 1 minute */
  readonly negativeTtlMs?: number
  /** The shortest time between two requests to refresh one DID, in ms. @default 10_000 */
  readonly refreshIntervalMs?: number
  /** How many answers are kept. @default 200_000 */
  readonly maxEntries?: number
  /** How long one request may take, in ms. @default 10_000 */
  readonly timeoutMs?: number
  /** Longest document, in bytes. @default 65_536 */
  readonly maxDocumentBytes?: number
  /** In ms since 1970. */
  readonly now?: () => number
}

export interface ResolveOptions {
  /** Asks again even if the answer is known. @default false */
  readonly refresh?: boolean
  /** Ends the wait, not the request, for which others may be waiting too. */
  readonly signal?: AbortSignal
}

interface Answer {
  /** What the document says, or why it says nothing. */
  readonly known: IdentityInfo | InvalidError
  readonly expiresMs: number
  /** Before this even a refresh does not ask again. */
  readonly refreshableMs: number
}

/** Resolves DIDs (https://atproto.com/specs/did), and remembers the answers for a while. */
export class Identity implements AsyncDisposable {
  readonly #options: Required<IdentityOptions>
  readonly #cache: Cache<Did, Answer>
  readonly #pending = new Map<Did, Promise<IdentityInfo>>()
  readonly #agent: HttpAgent

  constructor({
    allowLoopback = false,
    ttlMs = 3_600_000,
    negativeTtlMs = 60_000,
    refreshIntervalMs = 10_000,
    maxEntries = 200_000,
    timeoutMs = 10_000,
    maxDocumentBytes = 65_536,
    now = Date.now,
    plc,
  }: IdentityOptions) {
    const limits = { ttlMs, negativeTtlMs, refreshIntervalMs, maxEntries, timeoutMs, maxDocumentBytes }
    this.#options = { plc, allowLoopback, now, ...limits }
    this.#cache = new Cache(maxEntries)
    const Agent = plc.protocol === 'https:' ? HttpsAgent : HttpAgent
    this.#agent = new Agent({ keepAlive: true })
  }

  /** What is known without a request; the same object until the DID is resolved again. */
  peek(did: Did): IdentityInfo | undefined {
    const known = this.#answer(did)?.known
    return known instanceof InvalidError ? undefined : known
  }

  /**
   * Concurrent calls for one DID share one request.
   *
   * @throws {InvalidError} when there is no such DID, or its document cannot be used.
   * @throws {UpstreamError} when there is no answer, or `signal` aborts first.
   */
  async resolve(did: Did, { refresh = false, signal }: ResolveOptions = {}): Promise<IdentityInfo> {
    const answer = this.#answer(did)
    if (answer && (!refresh || this.#options.now() < answer.refreshableMs)) {
      if (answer.known instanceof InvalidError) throw answer.known
      return answer.known
    }
    const pending = this.#pending.get(did) ?? this.#ask(did, refresh)
    return signal ? await unlessAborted(pending, did, signal) : await pending
  }

  /** Drops what is known of a DID, because it may have changed. */
  forget(did: Did): void {
    this.#cache.delete(did)
    this.#pending.delete(did)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
  }

  #answer(did: Did): Answer | undefined {
    const answer = this.#cache.get(did)
    return answer && this.#options.now() < answer.expiresMs ? answer : undefined
  }

  #ask(did: Did, refresh: boolean): Promise<IdentityInfo> {
    const pending = this.#fetch(did).then(
      (info) => {
        this.#remember(did, pending, info, refresh)
        return info
      },
      (error) => {
        this.#remember(did, pending, error, refresh)
        throw error
      },
    )
    this.#pending.set(did, pending)
    return pending
  }

  /** The answer to a request that was made before the DID was forgotten may be out of date. */
  #remember(did: Did, pending: Promise<IdentityInfo>, known: IdentityInfo | Error, refresh: boolean): void {
    if (this.#pending.get(did) !== pending) return
    this.#pending.delete(did)
    const { now, ttlMs, negativeTtlMs, refreshIntervalMs } = this.#options
    if (known instanceof Error && !(known instanceof InvalidError)) return
    const bad = known instanceof InvalidError
    this.#cache.set(did, {
      known,
      expiresMs: now() + (bad ? negativeTtlMs : ttlMs),
      refreshableMs: refresh || bad ? now() + refreshIntervalMs : 0,
    })
  }

  async #fetch(did: Did): Promise<IdentityInfo> {
    const { timeoutMs, maxDocumentBytes: maxBytes, allowLoopback } = this.#options
    const limits = { timeoutMs, maxBytes }
    if (isPlcDid(did)) {
      const url = new URL(this.#options.plc)
      url.pathname = `${url.pathname.replace(/\/$/, '')}/${did}`
      return await this.#read(did, url, { ...limits, agent: this.#agent })
    }
    if (!isAtprotoWebDid(did)) throw new InvalidError(`${did} is not of a kind that AT Protocol allows`)
    return await this.#read(did, webDidToDocumentUrl(did), { ...limits, policy: { allowLoopback } })
  }

  async #read(did: Did, url: URL, options: Parameters<typeof getJson>[1]): Promise<IdentityInfo> {
    const { status, body } = await getJson(url, options)
    if (status === 200) return readDocument(did, body)
    if (status === 400 || status === 404 || status === 410)
      throw new InvalidError(`${did} is unknown to ${url.host}`)
    throw new UpstreamError(`${url.host} answers ${status} for ${did}`)
  }
}

function unlessAborted(pending: Promise<IdentityInfo>, did: Did, signal: AbortSignal): Promise<IdentityInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<IdentityInfo>()
  const abort = () =>
    reject(new UpstreamError(`waited too long for the document of ${did}`, { cause: signal.reason }))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return promise
}
