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

/** Bounds how much is asked of one server: how many at a time, and how many in a second. */
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
    this.#perSecond = Math.max(this.#options.perSecond / 1000, this.#perSecond / 2)
    this.#tokens = Math.min(this.#tokens, 0)
  }

  /** The server has answered: a little more, until the bound is reached again. */
  speedUp(): void {
    if (this.#perSecond === this.#options.perSecond) return
    this.#refill()
    this.#perSecond = Math.min(this.#options.perSecond, this.#perSecond * 1.01)
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
