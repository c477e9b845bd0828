import { isAtprotoWebDid, isPlcDid } from '@atcute/identity'
import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { createFetch, type Fetch } from '../fetch/fetch.ts'
import { Directory } from './directory.ts'
import type { IdentityInfo } from './document.ts'
import { type HandleState, Handles } from './handles.ts'
import { Keeper, type KeptIdentity } from './keeper.ts'
import { asksLeft, infoOf, type Known, KnownDids, waitMs } from './known.ts'
import { type IdentityOptions, type Settings, withDefaults } from './options.ts'
import { WebDids } from './web-dids.ts'

export interface ResolveOptions {
  /** Asks again even if the answer is known. @default false */
  readonly refresh?: boolean
  /** Takes what was known last, however old, and asks whether it still holds in passing. @default false */
  readonly allowStale?: boolean
  /** Ends the wait, not the request, for which others may be waiting too. */
  readonly signal?: AbortSignal
}

/** A request for a DID, and whether the DID may have changed since it began. */
interface Pending {
  readonly answer: Promise<IdentityInfo>
  isForgotten: boolean
}

/**
 * Resolves DIDs (https://atproto.com/specs/did), remembers the answers, beyond its own end where they are kept, and
 * verifies handles. Everybody asks through the same one, since the directory is shared: what it refuses to one, it
 * refuses to all.
 */
export class Identity implements AsyncDisposable {
  readonly #settings: Settings
  readonly #known: KnownDids
  readonly #pending = new Map<Did, Pending>()
  readonly #keeper: Keeper | undefined
  /** What is being looked for on disk. */
  readonly #recalls = new Map<Did, Promise<KeptIdentity | undefined>>()
  /** How many are asked about again in passing. */
  #askingAgain = 0
  readonly #stop = new AbortController()
  readonly #fetches: readonly Fetch[]
  readonly #directory: Directory
  readonly #webDids: WebDids
  readonly #handles: Handles

  constructor(options: IdentityOptions) {
    const settings = withDefaults(options)
    const { plc, allowLoopback, timeoutMs, maxDocumentBytes, resolver, resolveTxt, kept } = settings
    const limits = { maxBytes: maxDocumentBytes, wholeMs: timeoutMs, ...(resolver && { resolver }) }
    const fromDirectory = createFetch({ trusted: plc }, limits)
    const fromStrangers = createFetch({ allowLoopback }, limits)
    const shared = { ...settings, resolveTxt, signal: this.#stop.signal }
    this.#settings = settings
    this.#known = new KnownDids(settings.maxEntries)
    this.#keeper = kept && new Keeper({ kept, directory: plc.origin, onError: settings.onKeepError })
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

  /** What keeps the directory from answering, and since when, in ms since 1970; undefined while it answers. */
  get directoryTrouble(): Directory['trouble'] {
    return this.#directory.trouble
  }

  /** Asks the directory whether it answers, where it has not, or nobody has asked it for a minute, and it may be asked. */
  async probeDirectory(): Promise<void> {
    await this.#directory.probe()
  }

  /**
   * What is known without a request; the same object until the DID is resolved again. What is out of date is asked about
   * in passing, and serves until the answer comes: a signature that it proves is proven, and one that it does not prove
   * is a reason to resolve with `refresh`.
   */
  peek(did: Did): IdentityInfo | undefined {
    const known = this.#known.get(did)
    return this.#settings.own?.(did) ?? (known && this.#useStale(did, known))
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
  async resolve(
    did: Did,
    { refresh = false, allowStale = false, signal }: ResolveOptions = {},
  ): Promise<IdentityInfo> {
    const own = this.#settings.own?.(did)
    if (own) return own
    if (this.#keeper && !this.#known.get(did) && !this.#pending.has(did))
      await this.#recall(did, this.#keeper)
    for (;;) {
      const known = this.#known.get(did)
      const stale = known && allowStale && !refresh ? this.#useStale(did, known) : undefined
      if (stale) return stale
      const mustWaitMs = known ? waitMs(known, this.#settings.now(), this.#settings) : 0
      if (known && this.#isFresh(known) && (!refresh || mustWaitMs > 0)) {
        this.#settings.onCache(true)
        return infoOf(known)
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
    this.#recalls.delete(did)
    // Of what has been forgotten before nothing was kept since.
    if (!known?.isForgotten) this.#keeper?.forget(did)
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
    await this.#keeper?.[Symbol.asyncDispose]()
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

  #useStale(did: Did, known: Known): IdentityInfo | undefined {
    if (known.isForgotten || typeof known.answer === 'string') return undefined
    this.#settings.onCache(true)
    if (this.#settings.now() >= known.expiresMs) this.#askAgain(did, known)
    return known.answer
  }

  /** Nobody waits for it, so it leaves room for what somebody waits for. */
  #askAgain(did: Did, known: Known): void {
    const { now, refreshIntervalMs } = this.#settings
    const nowMs = now()
    if (nowMs < known.askAgainMs || this.#askingAgain >= maxAskingAgain) return
    if (this.#pending.has(did) || (isPlcDid(did) && this.blockedUntilMs !== undefined)) return
    known.askAgainMs = nowMs + refreshIntervalMs
    this.#askingAgain += 1
    this.#ask(did)
      .catch(() => {})
      .finally(() => {
        this.#askingAgain -= 1
      })
  }

  /** Finds what was kept of a DID. Those who ask meanwhile share it. */
  async #recall(did: Did, keeper: Keeper): Promise<void> {
    const recall = this.#recalls.get(did) ?? keeper.find(did)
    this.#recalls.set(did, recall)
    const kept = await recall
    // It may have been forgotten meanwhile.
    if (this.#recalls.get(did) !== recall) return
    this.#recalls.delete(did)
    if (!kept || this.#known.get(did)) return
    if (isPlcDid(did)) this.#directory.remember(did)
    const { directory: _, answeredMs, ...answer } = kept
    const expiresMs = answeredMs + this.#settings.ttlMs
    const asks = this.#settings.refreshBurst
    const dates = { expiresMs, answeredMs, askAgainMs: 0 }
    this.#known.set(did, { answer: Object.freeze(answer), isForgotten: false, asks, ...dates })
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
    if (isBad) this.#keeper?.forget(did)
    else if (!isForgotten) this.#keeper?.keep(answer as IdentityInfo, answeredMs)
    this.#known.set(did, {
      answer: isBad ? answer.message : (answer as IdentityInfo),
      expiresMs: answeredMs + (isBad ? negativeTtlMs : ttlMs),
      isForgotten,
      asks: asksLeft(this.#known.get(did), answeredMs, this.#settings) - 1,
      answeredMs,
      askAgainMs: 0,
    })
  }
}

/** How many requests at a time may be for what is only out of date. */
const maxAskingAgain = 4

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
