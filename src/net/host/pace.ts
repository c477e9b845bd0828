import type { Clock } from '../../model/clock.ts'
import { RateLimitedError } from '../../model/errors.ts'
import { sleepUnlessAborted } from '../../model/repeat.ts'
import type { RateLimit } from './rate-limit.ts'

export interface PaceOptions {
  /** Such as `pds.example`, for messages. */
  readonly host: string
  /** Most requests at a time. */
  readonly concurrency: number
  /** A request that would wait longer for the host's rate limit fails at once, in ms. */
  readonly maxWaitMs: number
  readonly now: Clock
}

/**
 * Lets requests to one host through: a few at a time, and as many as its rate limit allows, which is learnt from its
 * answers. The first half of a window's requests go at once, the others are spread over the rest of the window, so
 * that there are always some left for what is urgent.
 */
export class Pace {
  readonly #options: PaceOptions
  readonly #waiting = new Set<() => void>()
  #running = 0
  #limit: RateLimit | undefined
  #lastStartMs = 0
  #blockedUntilMs = 0

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** Whether nothing would be lost if this object were. */
  get isIdle(): boolean {
    return this.#running === 0 && this.#waiting.size === 0 && this.blockedUntilMs === undefined
  }

  /** When the next request may begin, in ms since 1970; undefined when it may now, as far as the rate limit goes. */
  get blockedUntilMs(): number | undefined {
    const nowMs = this.#options.now()
    const freeMs = this.#freeMs(nowMs)
    return freeMs > nowMs ? freeMs : undefined
  }

  /**
   * Waits until a request may begin. Each must `leave`.
   *
   * @throws {RateLimitedError} when that would take too long; the signal's reason when it aborts.
   */
  async enter(signal?: AbortSignal): Promise<void> {
    try {
      while (!this.#begin()) await this.#wait(signal)
    } catch (error) {
      this.#wakeNext()
      throw error
    }
  }

  leave(): void {
    this.#running -= 1
    this.#wakeNext()
  }

  /** Takes in what an answer said of the rate limit. */
  learn({ remaining, ...limit }: RateLimit): void {
    // Requests that are under way may not be counted in it yet.
    this.#limit = { ...limit, remaining: Math.max(0, remaining - Math.max(0, this.#running - 1)) }
  }

  /** Lets nothing through for so many ms. */
  block(ms: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, this.#options.now() + ms)
  }

  #begin(): boolean {
    const nowMs = this.#options.now()
    if (this.#running >= this.#options.concurrency || this.#freeMs(nowMs) > nowMs) return false
    this.#running += 1
    this.#lastStartMs = nowMs
    if (this.#limit !== undefined) {
      this.#limit = { ...this.#limit, remaining: Math.max(0, this.#limit.remaining - 1) }
    }
    return true
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const { concurrency, maxWaitMs, host, now } = this.#options
    if (this.#running >= concurrency) {
      await this.#vacancy(signal)
    } else {
      const waitMs = this.#freeMs(now()) - now()
      if (waitMs > maxWaitMs) throw new RateLimitedError(`${host} wants to be asked later`, waitMs)
      await sleepUnlessAborted(Math.max(1, waitMs), signal)
    }
    signal?.throwIfAborted()
  }

  /** Resolves when a request has left, or when the signal aborts. */
  #vacancy(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }

  #wakeNext(): void {
    const [next] = this.#waiting
    next?.()
  }

  #freeMs(nowMs: number): number {
    if (this.#blockedUntilMs > nowMs) return this.#blockedUntilMs
    if (this.#limit === undefined) return nowMs
    const { limit = 0, remaining, resetMs } = this.#limit
    if (nowMs >= resetMs) {
      this.#limit = undefined
      return nowMs
    }
    if (remaining === 0) return resetMs
    if (remaining * 2 > limit) return nowMs
    return this.#lastStartMs + (resetMs - nowMs) / remaining
  }
}
