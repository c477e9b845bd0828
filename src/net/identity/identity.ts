import { isAtprotoWebDid, isPlcDid } from '@atcute/identity'
import { steadyClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { sleepUnlessAborted } from '../../model/repeat.ts'
import { createFetch, type Fetch } from '../fetch/fetch.ts'
import { Cache } from './cache.ts'
import { Directory } from './directory.ts'
import type { IdentityInfo } from './document.ts'
import { type HandleState, Handles } from './handles.ts'
import { asksLeft, type Known, waitMs } from './known.ts'
import type { IdentityOptions, Settings } from './options.ts'
import { WebDids } from './web-dids.ts'

export interface ResolveOptions {
  /** Asks again even if the answer is known. @default false */
  readonly refresh?: boolean
  /** Ends the wait, not the request, for which others may be waiting too. */
  readonly signal?: AbortSignal
}

/** A request for a DID, and whether the DID may have changed since it began. */
interface Pending {
  readonly answer: Promise<IdentityInfo>
  isForgotten: boolean
}

/**
 * Resolves DIDs (https://atproto.com/specs/did), remembers the answers for a while, and verifies handles. Everybody
 * asks through the same one, since the directory is shared: what it refuses to one, it refuses to all.
 */
export class Identity implements AsyncDisposable {
  readonly #settings: Settings
  readonly #known: Cache<Did, Known>
  readonly #pending = new Map<Did, Pending>()
  readonly #stop = new AbortController()
  readonly #fetches: readonly Fetch[]
  readonly #directory: Directory
  readonly #webDids: WebDids
  readonly #handles: Handles

  constructor(options: IdentityOptions) {
    const settings = withDefaults(options)
    const { plc, allowLoopback, timeoutMs, maxDocumentBytes, resolver, resolveTxt } = settings
    const limits = { maxBytes: maxDocumentBytes, wholeMs: timeoutMs, ...(resolver && { resolver }) }
    const fromDirectory = createFetch({ trusted: plc }, limits)
    const fromStrangers = createFetch({ allowLoopback }, limits)
    const shared = { ...settings, resolveTxt, signal: this.#stop.signal }
    this.#settings = settings
    this.#known = new Cache(settings.maxEntries)
    this.#fetches = [fromDirectory, fromStrangers]
    this.#directory = new Directory({ ...shared, fetch: fromDirectory })
    this.#webDids = new WebDids({ ...shared, fetch: fromStrangers })
    this.#handles = new Handles({ ...shared, fetch: fromStrangers })
  }

  /** How many answers are kept. */
  get entries(): number {
    return this.#known.size
  }

  /** How many DIDs wait for an answer now. */
  get waiting(): number {
    return this.#pending.size
  }

  /** When the directory may be asked again, in ms since 1970; undefined when it may be asked now. */
  get blockedUntilMs(): number | undefined {
    return this.#directory.blockedUntilMs
  }

  /** What is known without a request; the same object until the DID is resolved again. */
  peek(did: Did): IdentityInfo | undefined {
    const known = this.#fresh(did)
    if (!known || known.answer instanceof InvalidError) return undefined
    this.#settings.onCache(true)
    return known.answer
  }

  /**
   * Concurrent calls for one DID share one request. While the directory does not answer, or wants to be left alone,
   * it is not asked and nobody waits; `blockedUntilMs` says for how long.
   *
   * @throws {InvalidError} when there is no such DID, or its document cannot be used.
   * @throws {RateLimitedError} when the directory, or the host of the DID, wants to be left alone, or this DID has been
   * asked about too often: with the time to try again.
   * @throws {UpstreamError} when there is no answer, or `signal` aborts first.
   */
  async resolve(did: Did, { refresh = false, signal }: ResolveOptions = {}): Promise<IdentityInfo> {
    for (;;) {
      const known = this.#known.get(did)
      const mustWaitMs = known ? waitMs(known, this.#settings.now(), this.#settings) : 0
      if (known && this.#isFresh(known) && (!refresh || mustWaitMs > 0)) {
        this.#settings.onCache(true)
        if (known.answer instanceof InvalidError) throw known.answer
        return known.answer
      }
      const pending = this.#pending.get(did)
      if (pending && !pending.isForgotten) return await unlessAborted(pending.answer, did, signal)
      // What it will say may be out of date, and one request for a DID at a time is enough.
      if (pending)
        await unlessAborted(
          pending.answer.catch(() => {}),
          did,
          signal,
        )
      else if (mustWaitMs > 0) throw new RateLimitedError(`${did} was asked about too often`, mustWaitMs)
      else {
        this.#settings.onCache(false)
        return await unlessAborted(this.#ask(did), did, signal)
      }
    }
  }

  /** Does not use any more what is known of a DID, because it may have changed. */
  forget(did: Did): void {
    const known = this.#known.get(did)
    if (known) this.#known.set(did, { ...known, isForgotten: true })
    const pending = this.#pending.get(did)
    if (pending) pending.isForgotten = true
  }

  /** Whether a handle leads to the DID. That the DID claims the handle is for the caller to know, from its document. */
  async verifyHandle(did: Did, handle: string, signal?: AbortSignal): Promise<HandleState> {
    const verified =
      this.#settings.handles === 'verify' ? this.#handles.verify(did, handle) : this.#claims(did, handle)
    try {
      return await unlessAborted(verified, did, signal)
    } catch (error) {
      if (error instanceof UpstreamError) return 'unknown'
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#fetches.map((fetch) => fetch[Symbol.asyncDispose]()))
  }

  async #claims(did: Did, handle: string): Promise<HandleState> {
    try {
      const claimed = (await this.resolve(did)).handle
      return claimed?.toLowerCase() === handle.toLowerCase() ? 'valid' : 'invalid'
    } catch (error) {
      if (error instanceof InvalidError) return 'invalid'
      throw error
    }
  }

  #fresh(did: Did): Known | undefined {
    const known = this.#known.get(did)
    return known && this.#isFresh(known) ? known : undefined
  }

  #isFresh(known: Known): boolean {
    return !known.isForgotten && this.#settings.now() < known.expiresMs
  }

  #ask(did: Did): Promise<IdentityInfo> {
    const pending: Pending = { answer: this.#read(did), isForgotten: false }
    this.#pending.set(did, pending)
    const remember = (answer: unknown) => {
      this.#pending.delete(did)
      this.#remember(did, answer, pending.isForgotten)
    }
    pending.answer.then(remember, remember)
    return pending.answer
  }

  async #read(did: Did): Promise<IdentityInfo> {
    if (isPlcDid(did)) return await this.#directory.read(did)
    if (isAtprotoWebDid(did)) return await this.#webDids.read(did)
    throw new InvalidError(`${did} is not of a kind that AT Protocol allows`)
  }

  /** A failure to answer says nothing about a DID: then what was known still is. */
  #remember(did: Did, answer: IdentityInfo | unknown, isForgotten: boolean): void {
    const isBad = answer instanceof InvalidError
    if (answer instanceof Error && !isBad) return
    const { now, ttlMs, negativeTtlMs } = this.#settings
    const answeredMs = now()
    this.#known.set(did, {
      answer: answer as IdentityInfo | InvalidError,
      expiresMs: answeredMs + (isBad ? negativeTtlMs : ttlMs),
      isForgotten,
      asks: asksLeft(this.#known.get(did), answeredMs, this.#settings) - 1,
      answeredMs,
    })
  }
}

function withDefaults({
  allowLoopback = false,
  handles = 'verify',
  ttlMs = 3_600_000,
  negativeTtlMs = 60_000,
  refreshIntervalMs = 30_000,
  refreshBurst = 5,
  maxEntries = 200_000,
  timeoutMs = 10_000,
  maxDocumentBytes = 65_536,
  concurrency = 16,
  perSecond = 50,
  maxRetryAfterMs = 600_000,
  onDirectory = () => {},
  onLookup = () => {},
  onCache = () => {},
  now = steadyClock,
  sleep = sleepUnlessAborted,
  ...given
}: IdentityOptions): Settings {
  return {
    ...{
      ...given,
      allowLoopback,
      handles,
      ttlMs,
      negativeTtlMs,
      refreshIntervalMs,
      refreshBurst,
      maxEntries,
    },
    ...{ timeoutMs, maxDocumentBytes, concurrency, perSecond, maxRetryAfterMs },
    ...{ onDirectory, onLookup, onCache, now, sleep },
  }
}

async function unlessAborted<Answer>(
  pending: Promise<Answer>,
  did: Did,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (!signal) return await pending
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const abort = () =>
    reject(new UpstreamError(`waited too long for an answer about ${did}`, { cause: signal.reason }))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return await promise
}
