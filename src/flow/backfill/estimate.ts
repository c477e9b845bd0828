/** How long the rest takes, by what was done since the beginning. */
export class Estimate {
  readonly #from: number
  readonly #startMs = performance.now()

  constructor(from: number) {
    this.#from = from
  }

  leftMs(done: number, total: number): number | undefined {
    const doneSince = done - this.#from
    if (doneSince <= 0) return undefined
    return Math.max(0, Math.round(((performance.now() - this.#startMs) / doneSince) * (total - done)))
  }
}
