import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { importKey, type VerifyingKey } from '../repo/signature.ts'
import { NoKey } from './rejection.ts'

/** Knows the signing keys of DIDs, as `Identity` of net/identity does. */
export interface KeySource {
  /** What is known without a request; the same object as long as nothing has changed. */
  peek(did: Did): KeyInfo | undefined
  /**
   * @param options.refresh asks again even if the answer is known.
   * @param options.allowStale takes what was known last, however old.
   * @throws {InvalidError} when there is no such DID, or no key in its document.
   * @throws {UpstreamError} when there is no answer, or not now.
   */
  resolve(
    did: Did,
    options?: { readonly refresh?: boolean; readonly allowStale?: boolean; readonly signal?: AbortSignal },
  ): Promise<KeyInfo>
  /** Drops what is known, because it may have changed. */
  forget(did: Did): void
}

export interface KeyInfo {
  /** `z…`, the public key that signs the commits of the DID's repo. */
  readonly signingKey: string
}

export interface KeysOptions {
  readonly source: KeySource
  /** How many look-ups of `did:plc` may be under way at a time, and how many of others. */
  readonly concurrency: number
  /** How long an event may wait for a look-up, in ms, which includes the time until that begins. */
  readonly waitMs: number
  /** Ends look-ups. */
  readonly signal: AbortSignal
}

/**
 * The imported keys of DIDs, and look-ups of those that are not known yet. A look-up that takes its time, or fails,
 * costs its DID the key for now, and holds nothing up: `waitMs` after it was first asked for nobody waits any more.
 */
export class Keys {
  readonly #options: KeysOptions
  readonly #imported = new WeakMap<KeyInfo, VerifyingKey>()
  /** Those under way or about to be, so that all events of a repo share one and its time. */
  readonly #lookUps = new Map<string, LookUp>()
  /** One directory answers for all of `did:plc`; hosts that hang take no place from it. */
  readonly #rooms = { plc: new Room(), other: new Room() }
  /** Until when what was not answered is not asked again. */
  readonly #silent = new Map<string, number>()

  constructor(options: KeysOptions) {
    this.#options = options
  }

  /** @throws {NoKey} when what is known is not a key. */
  known(did: Did): VerifyingKey | undefined {
    const info = this.#options.source.peek(did)
    return info && this.#import(did, info)
  }

  forget(did: Did): void {
    this.#options.source.forget(did)
    for (const refresh of [false, true]) {
      const name = nameOf(did, refresh)
      this.#silent.delete(name)
      // What is asked from now on has to be answered from now on.
      this.#lookUps.delete(name)
    }
  }

  /**
   * Begins a look-up, unless it is under way, or has just failed.
   *
   * @param refresh asks again for a key that is known.
   * @returns the key, or undefined when it does not come in time.
   * @throws {NoKey} when there is none, and will not be.
   */
  async lookUp(did: Did, refresh: boolean): Promise<VerifyingKey | undefined> {
    const name = nameOf(did, refresh)
    const pending = this.#lookUps.get(name)
    if (pending) return await pending.inTime
    if (performance.now() < (this.#silent.get(name) ?? 0)) return undefined
    const lookUp = this.#create(did, refresh, name)
    this.#lookUps.set(name, lookUp)
    if (lookUp.room.running < this.#options.concurrency) void this.#run(lookUp)
    else lookUp.room.waiting.add(lookUp)
    return await lookUp.inTime
  }

  #create(did: Did, refresh: boolean, name: string): LookUp {
    const { promise: inTime, resolve, reject } = Promise.withResolvers<VerifyingKey | undefined>()
    // Where nobody waits, nobody hears of a failure.
    inTime.catch(() => {})
    const room = did.startsWith('did:plc:') ? this.#rooms.plc : this.#rooms.other
    const lookUp: LookUp = { did, refresh, name, room, inTime, resolve, reject }
    const timer = setTimeout(() => this.#expire(lookUp), this.#options.waitMs)
    timer.unref()
    inTime.finally(() => clearTimeout(timer)).catch(() => {})
    return lookUp
  }

  /** What had no room in time is not begun: what it was for goes on without it. */
  #expire(lookUp: LookUp): void {
    if (lookUp.room.waiting.delete(lookUp)) {
      this.#end(lookUp)
      this.#silence(lookUp.name, silenceMs)
    }
    lookUp.resolve(undefined)
  }

  async #run(lookUp: LookUp): Promise<void> {
    const { did, refresh, name, room, resolve, reject } = lookUp
    room.running += 1
    try {
      const { source, signal } = this.#options
      resolve(this.#import(did, await source.resolve(did, { refresh, allowStale: !refresh, signal })))
    } catch (error) {
      if (error instanceof UpstreamError) {
        this.#silence(name, error instanceof RateLimitedError ? error.retryAfterMs : undefined)
        resolve(undefined)
      } else reject(error instanceof InvalidError ? noKey(did, error) : error)
    } finally {
      this.#end(lookUp)
      room.running -= 1
      const [next] = room.waiting
      if (next) {
        room.waiting.delete(next)
        void this.#run(next)
      }
    }
  }

  /** Another may have begun for its DID, where that was forgotten meanwhile. */
  #end(lookUp: LookUp): void {
    if (this.#lookUps.get(lookUp.name) === lookUp) this.#lookUps.delete(lookUp.name)
  }

  #silence(name: string, ms = silenceMs): void {
    if (this.#silent.size >= maxSilent) this.#silent.clear()
    this.#silent.set(name, performance.now() + Math.min(ms, maxSilenceMs))
  }

  #import(did: Did, info: KeyInfo): VerifyingKey {
    const known = this.#imported.get(info)
    if (known) return known
    const key = importFor(did, info.signingKey)
    this.#imported.set(info, key)
    return key
  }
}

/** Look-ups that share a bound. */
class Room {
  running = 0
  /** Those for which there was no place yet. */
  readonly waiting = new Set<LookUp>()
}

interface LookUp {
  readonly did: Did
  readonly refresh: boolean
  readonly name: string
  readonly room: Room
  /** Settles when the answer is there, or when it is too late for it. */
  readonly inTime: Promise<VerifyingKey | undefined>
  readonly resolve: (key: VerifyingKey | undefined) => void
  readonly reject: (error: unknown) => void
}

const silenceMs = 10_000
const maxSilenceMs = 60_000
const maxSilent = 10_000

function nameOf(did: Did, refresh: boolean): string {
  return refresh ? `${did}!` : did
}

function importFor(did: Did, multikey: string): VerifyingKey {
  try {
    return importKey(multikey)
  } catch (error) {
    throw noKey(did, error as Error)
  }
}

function noKey(did: Did, cause: Error): NoKey {
  return new NoKey(`no key for ${did}: ${cause.message}`, { cause })
}
