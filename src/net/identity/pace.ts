import type { Clock } from '../../model/clock.ts'
import { RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { sleepUnlessAborted } from '../../model/repeat.ts'

export interface PaceOptions {
  /** Whom it is kept with, for messages. */
  readonly name: string
  /** How many pieces of work run at a time. */
  readonly concurrency: number
  /** How many begin in a second, at most and in the long run. */
  readonly perSecond: number
  /** How many may begin at once after a quiet time. */
  readonly burst: number
  /** How many may wait for their turn. */
  readonly maxWaiting: number
  /** In ms; only differences count. */
  readonly now: Clock
  /** Once it aborts nothing begins any more. */
  readonly signal: AbortSignal
  /** Resolves after so many ms, or as soon as the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/**
 * Bounds how much is asked of one server: how many at a time, and how many in a second. The rate falls by half with each
 * complaint and rises with each answer, as TCP's congestion window does (RFC 5681): the rule under which clients that
 * know nothing of each other share a server fairly (Chiu and Jain, 1989).
 *
 * An answer raises a rate of `r` by `rise / r`, which makes `rise` a second while the rate is used up, but by `growth` at
 * most, which makes a tenth of `r` a second. With the rate of the options called `R`, 50 a second for the directory:
 *
 * - *It heals in a minute or two.* From the floor, `R / 50`, it grows by a tenth a second up to `R / 6`, where `rise`,
 *   `R / 60`, becomes the smaller step: ln(50 / 6) / 0.1 = 21 s; from there to `R` it takes 50 s.
 * - *It does not nag.* A server that takes `C` a second is asked `C / 2` to `C` between two complaints. While growth is
 *   the smaller step that is `(C / 2) / growth` = 5 `C` requests, later `3 C² / (8 rise)`, which is more: of those that
 *   reach a server which takes at least two a second, at most one in ten is refused. What takes less is asked at the
 *   floor, and no request goes out before the time that its last refusal named.
 * - *The floor* is six complaints away. Below it an answer would come too seldom to tell that the server has recovered.
 */
export class Pace {
  readonly #options: Required<PaceOptions>
  readonly #waiting: (() => void)[] = []
  #running = 0
  #perSecond: number
  /** How many may begin now. Below zero others have been promised a time to begin. */
  #tokens: number
  #filledMs: number

  constructor(options: PaceOptions) {
    this.#options = { sleep: sleepUnlessAborted, ...options }
    this.#perSecond = options.perSecond
    this.#tokens = options.burst
    this.#filledMs = options.now()
  }

  /** The bound on requests in a second as it is now. */
  get perSecond(): number {
    return this.#perSecond
  }

  /**
   * Does the work when its turn comes.
   *
   * @param mayBegin throws when it is of no use any more; asked before and after the wait for the rate.
   * @throws {RateLimitedError} when too many wait already.
   * @throws {UpstreamError} once everything is being closed.
   */
  async run<Result>(mayBegin: () => void, work: () => Promise<Result>): Promise<Result> {
    const { concurrency, maxWaiting, name } = this.#options
    if (this.#running < concurrency) this.#running += 1
    else if (this.#waiting.length >= maxWaiting)
      throw new RateLimitedError(`${maxWaiting} requests already wait for ${name}`)
    // Who ends hands the place over, so that nobody takes it in between.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      this.#refuseWhenClosed()
      mayBegin()
      const waitMs = this.#promiseTime()
      if (waitMs > 0) {
        await this.#options.sleep(waitMs, this.#options.signal)
        this.#refuseWhenClosed()
        mayBegin()
      }
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
    }
  }

  /** The server has complained: half as many from now on, and none at once. */
  slowDown(): void {
    const { perSecond } = this.#options
    this.#refill()
    this.#perSecond = Math.max(perSecond / floorDivisor, this.#perSecond / 2)
    this.#tokens = Math.min(this.#tokens, 0)
  }

  /** The server has answered: a little more, until the bound is reached again. */
  speedUp(): void {
    const { perSecond } = this.#options
    if (this.#perSecond === perSecond) return
    this.#refill()
    const rise = perSecond / riseSeconds
    this.#perSecond = Math.min(perSecond, this.#perSecond + Math.min(rise / this.#perSecond, growth))
  }

  #refill(): void {
    const { now, burst, perSecond } = this.#options
    const nowMs = now()
    const earned = (Math.max(0, nowMs - this.#filledMs) / 1000) * this.#perSecond
    const most = Math.max(1, burst * (this.#perSecond / perSecond))
    this.#tokens = Math.min(most, this.#tokens + earned)
    this.#filledMs = nowMs
  }

  /** @returns after how many ms it may begin. */
  #promiseTime(): number {
    this.#refill()
    this.#tokens -= 1
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1000
  }

  #refuseWhenClosed(): void {
    if (this.#options.signal.aborted) throw new UpstreamError(`${this.#options.name} is no longer asked`)
  }
}

/** The rate never falls below this part of what it is allowed to be. */
const floorDivisor = 50
/** How long it takes from nothing to the whole rate, in s, while all of the rate is used. */
const riseSeconds = 60
/** The most that one answer raises the rate by, in requests a second. */
const growth = 0.1
