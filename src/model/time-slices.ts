import { setImmediate } from 'node:timers/promises'

/** Work that comes in steps, each of which is short; what it has come to in the end. */
export type Steps<Result> = Generator<undefined, Result>

/** Does long work beside others: after each slice of time the event loop has a turn. */
export class TimeSlices {
  readonly #sliceMs: number
  #beganMs = performance.now()

  /** @param sliceMs in ms. */
  constructor(sliceMs = 10) {
    this.#sliceMs = sliceMs
  }

  /**
   * Takes the steps of some work.
   *
   * @param goesOn is asked whenever a slice is over.
   * @returns undefined where it said no.
   */
  async run<Result>(steps: Steps<Result>, goesOn: () => boolean = () => true): Promise<Result | undefined> {
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
      if (performance.now() - this.#beganMs < this.#sliceMs) continue
      await setImmediate()
      this.#beganMs = performance.now()
      if (!goesOn()) return undefined
    }
  }
}

/** Takes all steps at once. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
