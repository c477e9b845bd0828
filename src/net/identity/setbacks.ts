import type { Clock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { Cache } from './cache.ts'

export interface SetbacksOptions {
  /** The wait after the first failure, in ms; it doubles with each further one in a row. */
  readonly firstMs: number
  readonly maxMs: number
  /** In ms since 1970. */
  readonly now: Clock
}

/** What is kept of a failure. Not the error itself: with its trace and causes it takes some kilobytes. */
interface Setback {
  readonly failures: number
  readonly untilMs: number
  readonly message: string
  readonly isRateLimited: boolean
}

/** DIDs whose look-ups keep failing, and when each may be tried again. */
export class Setbacks {
  readonly #options: SetbacksOptions
  readonly #setbacks = new Cache<Did, Setback>(maxSetbacks)

  constructor(options: SetbacksOptions) {
    this.#options = options
  }

  /** How often it has failed in a row. */
  failures(did: Did): number {
    return this.#setbacks.get(did)?.failures ?? 0
  }

  /** @throws {RateLimitedError | UpstreamError} when it is too soon to try again. */
  check(did: Did): void {
    const setback = this.#setbacks.get(did)
    const waitMs = (setback?.untilMs ?? 0) - this.#options.now()
    if (!setback || waitMs <= 0) return
    const message = `${setback.message}; asked again in ${Math.ceil(waitMs / 1000)} s`
    if (setback.isRateLimited) throw new RateLimitedError(message, waitMs)
    throw new UpstreamError(message)
  }

  /** @param waitMs until when it must not be tried. @default it grows with each failure in a row. */
  add(did: Did, error: Error, waitMs?: number): void {
    const { firstMs, maxMs, now } = this.#options
    const failures = this.failures(did)
    const untilMs = now() + (waitMs ?? Math.min(maxMs, firstMs * 2 ** failures))
    const isRateLimited = error instanceof RateLimitedError
    this.#setbacks.set(did, { failures: failures + 1, untilMs, message: error.message, isRateLimited })
  }

  delete(did: Did): void {
    this.#setbacks.delete(did)
  }
}

const maxSetbacks = 50_000
