/** Callers that wait until something has become true. */
export class Waiters {
  readonly #waiting = new Set<Waiting>()

  /** Resolves when `isTrue`, which is called now and at each `notify`, or when the signal aborts. */
  async until(isTrue: () => boolean, signal?: AbortSignal): Promise<void> {
    if (isTrue() || signal?.aborted) return
    await new Promise<void>((resolve) => {
      const waiting: Waiting = {
        isTrue,
        wake: () => {
          this.#waiting.delete(waiting)
          signal?.removeEventListener('abort', waiting.wake)
          resolve()
        },
      }
      this.#waiting.add(waiting)
      signal?.addEventListener('abort', waiting.wake)
    })
  }

  notify(): void {
    for (const { isTrue, wake } of this.#waiting) if (isTrue()) wake()
  }
}

interface Waiting {
  readonly isTrue: () => boolean
  readonly wake: () => void
}
