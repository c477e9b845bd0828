import { TimeoutError } from '../../model/errors.ts'
import { explain } from './failure.ts'
import type { Limits } from './limits.ts'

/** One call with all its redirects, from the first request to the end of the body: its time limit, and its end. */
export class Call {
  readonly limits: Limits
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  #tookTooLong = false

  constructor(limits: Limits, caller: AbortSignal | undefined) {
    this.limits = limits
    this.#caller = caller
    caller?.addEventListener('abort', this.#abort, { once: true })
    if (caller?.aborted) this.#abort()
    this.#timer = setTimeout(() => {
      this.#tookTooLong = true
      this.#abort()
    }, limits.wholeMs).unref()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Has had its answer to the end: the connection is free for the next one. */
  finish(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#abort)
  }

  /** Gives up what has not been read, and the connection with it. */
  cancel(): void {
    this.finish()
    this.#abort()
  }

  /** What a failure means. The reason of the caller's signal is given back as it is. */
  explain(error: unknown, url: URL): unknown {
    if (this.#tookTooLong) {
      const problem = `${url.host} did not finish its answer within ${this.limits.wholeMs} ms`
      return new TimeoutError(problem, { cause: error })
    }
    if (this.#caller?.aborted) return this.#caller.reason
    return explain(error, url, this.limits)
  }

  readonly #abort = (): void => this.#controller.abort()
}
