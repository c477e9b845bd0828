import { type Backoff, Pauses } from '../../model/repeat.ts'
import type { LocalWritten } from './local-repo.ts'

export interface FollowUpOptions {
  /** Syncs the own repo. @returns the revision that is stored then. */
  readonly sync: (trigger: LocalWritten['trigger']) => Promise<{ readonly rev: string }>
  /** Called with each failure, after which it is tried again. Must not throw. */
  readonly onError?: (error: unknown) => void
  readonly backoff?: Backoff
}

/**
 * Takes what was written into the node's own repo through sync, as what any other repo has written. Each write calls for
 * one sync, by its own trigger: the first of those that wait together begins a run, and the others join it. A run that
 * fails is tried again until it succeeds, and undoes no write.
 */
export class FollowUp {
  readonly #options: FollowUpOptions
  readonly #waiting: LocalWritten[] = []
  #wake = Promise.withResolvers<void>()

  constructor(options: FollowUpOptions) {
    this.#options = options
  }

  /** Writes that are not known to be synced, those of the run under way excepted. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** To be called for each write, in their order. */
  add(written: LocalWritten): void {
    this.#waiting.push(written)
    this.#wake.resolve()
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = () => this.#wake.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    while (!signal.aborted) {
      if (this.#waiting.length > 0) await this.#sync(signal)
      else {
        this.#wake = Promise.withResolvers()
        await this.#wake.promise
      }
    }
    signal.removeEventListener('abort', onAbort)
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const { sync, onError = () => {}, backoff = { firstMs: 500, maxMs: 60_000 } } = this.#options
    const pauses = new Pauses(backoff)
    let calls: readonly LocalWritten[] = []
    let rev = ''
    while (!signal.aborted) {
      const more = this.#waiting.splice(0)
      // Whoever has joined the run that failed has been counted: the one that began it tries again.
      calls = [...calls.slice(0, 1), ...more]
      rev = more.at(-1)?.rev ?? rev
      const [first] = await Promise.allSettled(calls.map(({ trigger }) => sync(trigger)))
      if (first?.status === 'rejected') {
        if (signal.aborted) return
        onError(first.reason)
        await pauses.next(signal)
        // A run that had begun before the write has not seen it.
      } else if (first !== undefined && first.value.rev >= rev) return
    }
  }
}
