import type { Clock } from '../../model/clock.ts'

/** Callers that wait until a moment has come, which may move meanwhile. */
export class Alarms {
  readonly #now: Clock
  readonly #waiting = new Set<() => void>()

  constructor(now: Clock) {
    this.#now = now
  }

  /**
   * Resolves when the moment has come that `at` names, in ms since 1970, or the signal aborts. It is asked now, at
   * each `notify`, and when the moment that it named last has come.
   */
  async until(at: () => number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return
    await new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined
      const end = () => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const check = () => {
        clearTimeout(timer)
        const delayMs = at() - this.#now()
        if (delayMs <= 0) end()
        else if (delayMs !== Number.POSITIVE_INFINITY)
          timer = setTimeout(check, Math.min(delayMs, longestTimerMs))
      }
      this.#waiting.add(check)
      signal?.addEventListener('abort', end)
      check()
    })
  }

  notify(): void {
    for (const check of this.#waiting) check()
  }
}

/** Timers beyond this go off at once. */
const longestTimerMs = 2 ** 31 - 1
