import { setImmediate as turn } from 'node:timers/promises'

/** Lets others of this thread go on, now and then, during long work. */
export class Turns {
  readonly #signal: AbortSignal | undefined
  #steps = 0
  #lastMs = performance.now()

  constructor(signal?: AbortSignal) {
    this.#signal = signal
  }

  /** To be called at each small step of the work. @returns whether `take` should be called. */
  isDue(): boolean {
    return ++this.#steps % stepsPerLook === 0 && performance.now() - this.#lastMs >= turnMs
  }

  /** @throws what the signal aborts with. */
  async take(): Promise<void> {
    await turn()
    this.#lastMs = performance.now()
    this.#signal?.throwIfAborted()
  }
}

/** How long it goes on until others have their turn. */
const turnMs = 10
const stepsPerLook = 64
