import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import { Cache } from './cache.ts'
import type { IdentityInfo } from './document.ts'

/** What was answered about a DID, and how often it may be asked about. */
export interface Known {
  /** What the document says, or why it says nothing: in words, since an error takes some kilobytes. */
  readonly answer: IdentityInfo | string
  readonly expiresMs: number
  /** Whether it may have changed since: then it is not used any more. */
  readonly isForgotten: boolean
  /** How many times it might have been asked about at `answeredMs`; the number grows with time. */
  readonly asks: number
  readonly answeredMs: number
  /** When it is asked about again in passing, once it is out of date. */
  askAgainMs: number
}

/** @throws {InvalidError} when the DID is known to have no document that can be used. */
export function infoOf({ answer }: Known): IdentityInfo {
  if (typeof answer === 'string') throw new InvalidError(answer)
  return answer
}

/** What is known of DIDs. Those without a document, which anybody can make up, push out none that has one. */
export class KnownDids {
  readonly #found: Cache<Did, Known>
  readonly #refused = new Cache<Did, Known>(maxRefused)

  /** @param maxEntries how many are kept that have a document. */
  constructor(maxEntries: number) {
    this.#found = new Cache(maxEntries)
  }

  get size(): number {
    return this.#found.size + this.#refused.size
  }

  get(did: Did): Known | undefined {
    return this.#found.get(did) ?? this.#refused.get(did)
  }

  set(did: Did, known: Known): void {
    const [to, from] =
      typeof known.answer === 'string' ? [this.#refused, this.#found] : [this.#found, this.#refused]
    from.delete(did)
    to.set(did, known)
  }
}

const maxRefused = 50_000

export interface AskLimits {
  readonly refreshIntervalMs: number
  readonly refreshBurst: number
}

/** How long it must not be asked about, in whole ms; 0 when it may be. */
export function waitMs(known: Known, nowMs: number, limits: AskLimits): number {
  return Math.max(0, Math.round((1 - asksLeft(known, nowMs, limits)) * limits.refreshIntervalMs))
}

/** How many times it may be asked about now. */
export function asksLeft(known: Known | undefined, nowMs: number, limits: AskLimits): number {
  const { refreshBurst, refreshIntervalMs } = limits
  if (!known) return refreshBurst
  return Math.min(refreshBurst, known.asks + Math.max(0, nowMs - known.answeredMs) / refreshIntervalMs)
}
