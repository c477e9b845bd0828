/** A clock that was set back goes on from where it was. */
export interface ForwardTime {
  /** The latest that it has been, in ms. */
  readonly seenMs: number
  /** By how much it is ahead of the clock that was set, in ms. */
  readonly aheadMs: number
}

/**
 * The time of the queues. It follows the clock of the system, but never goes back: where that is set back by an hour,
 * jobs that are due need not wait for an hour, and pauses stay as long as they were meant to be.
 */
export class ForwardClock {
  readonly #now: () => number
  readonly #elapsed: () => number
  #seenMs: number
  #seenElapsedMs: number
  #aheadMs: number

  /**
   * @param now the clock of the system, in ms since 1970.
   * @param elapsed a clock that is never set, in ms.
   * @param before what it was when it was saved last; it does not begin before that.
   */
  constructor(now: () => number, elapsed: () => number, { seenMs, aheadMs }: ForwardTime) {
    this.#now = now
    this.#elapsed = elapsed
    this.#seenElapsedMs = elapsed()
    this.#seenMs = seenMs
    this.#aheadMs = aheadMs
  }

  nowMs(): number {
    const [systemMs, elapsedMs] = [this.#now(), this.#elapsed()]
    const passedMs = elapsedMs - this.#seenElapsedMs
    // What has passed since it was looked at last counts, unless it is what two clocks differ by anyway.
    const leastMs = this.#seenMs + (passedMs > toleranceMs ? Math.round(passedMs) - toleranceMs : 0)
    this.#aheadMs = Math.max(this.#aheadMs, leastMs - systemMs)
    this.#seenMs = systemMs + this.#aheadMs
    this.#seenElapsedMs = elapsedMs
    return this.#seenMs
  }

  /** A time by the clock of the system, as this one counts. */
  fromSystem(systemMs: number): number {
    this.nowMs()
    return systemMs + this.#aheadMs
  }

  /** A time of this clock, as the clock of the system counts now. */
  toSystem(ms: number): number {
    this.nowMs()
    return ms - this.#aheadMs
  }

  /** To be kept beside what has times of this clock. */
  time(): ForwardTime {
    return { seenMs: this.#seenMs, aheadMs: this.#aheadMs }
  }
}

const toleranceMs = 1000
