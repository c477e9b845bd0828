import { setTimeout } from 'node:timers/promises'

/** How long to wait between tries. */
export interface Backoff {
  /** The longest wait after the first failure, in ms; it doubles with each further failure in a row. */
  readonly firstMs: number
  /** The longest wait of all, in ms. */
  readonly maxMs: number
  /**
   * The share of each wait that is left to chance, from 0 to 1: at 1 it is any time up to the longest, so that many
   * clients that lost the same server do not come back at once. @default 1
   */
  readonly jitter?: number
  /** A number from 0 up to 1. @default Math.random */
  readonly random?: () => number
  /** Resolves after so many ms, or as soon as the signal aborts. */
  readonly sleep?: typeof sleepUnlessAborted
}

export interface RepeatOptions {
  readonly backoff: Backoff
  /** Ends the repeating, a wait at once; what is being tried is left to end by itself. */
  readonly signal?: AbortSignal | undefined
  /** Whether trying again may help. @default always */
  readonly isWorthRepeating?: (error: unknown) => boolean
  /** Called with each failure, the last one included. Must not throw. */
  readonly onFailure?: (error: unknown) => void
}

/**
 * Does `work` until it succeeds, and waits after each failure.
 *
 * @throws the last failure, when it is not worth repeating or the signal has aborted.
 */
export async function repeat<Result>(
  work: () => Promise<Result>,
  { backoff, signal, isWorthRepeating = () => true, onFailure = () => {} }: RepeatOptions,
): Promise<Result> {
  const pauses = new Pauses(backoff)
  for (;;) {
    try {
      return await work()
    } catch (error) {
      onFailure(error)
      if (!isWorthRepeating(error)) throw error
      await pauses.next(signal)
      if (signal?.aborted) throw error
    }
  }
}

/** The waits of a loop that judges by itself how a try went. Where a failure throws, `repeat` is all that is needed. */
export class Pauses {
  readonly #backoff: Required<Backoff>
  #failures = 0

  constructor(backoff: Backoff) {
    this.#backoff = { jitter: 1, random: Math.random, sleep: sleepUnlessAborted, ...backoff }
  }

  /** Waits, each time longer, or until the signal aborts. */
  async next(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return
    const { firstMs, maxMs, jitter, random, sleep } = this.#backoff
    const longestMs = Math.min(maxMs, firstMs * 2 ** this.#failures)
    this.#failures += 1
    await sleep(longestMs * (1 - jitter + jitter * random()), signal)
  }

  /** Begins with the shortest again, once a try has done well. */
  reset(): void {
    this.#failures = 0
  }
}

export async function sleepUnlessAborted(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {})
}
