/** How often something happens, over the last minute. */
export class Rate {
  readonly #now: () => number
  readonly #startMs: number
  /** What happened in each second, by its number. */
  readonly #seconds = new Map<number, number>()

  /** @param now in ms, of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#startMs = now()
  }

  add(count = 1): void {
    const second = Math.floor(this.#now() / 1000)
    if (!this.#seconds.has(second)) this.#forget(second)
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + count)
  }

  /** Per second, of the time since the start where that is less than a minute. */
  get perSecond(): number {
    this.#forget(Math.floor(this.#now() / 1000))
    const total = [...this.#seconds.values()].reduce((sum, count) => sum + count, 0)
    return total / Math.min(windowSeconds, Math.max(1, (this.#now() - this.#startMs) / 1000))
  }

  #forget(current: number): void {
    for (const second of this.#seconds.keys())
      if (second <= current - windowSeconds) this.#seconds.delete(second)
  }
}

const windowSeconds = 60
