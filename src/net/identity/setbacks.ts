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

/** DIDs whose look-ups keep failing, and when each may be tried again. */
export class Setbacks {
  readonly #options: SetbacksOptions
  readonly #setbacks = new Cache<Did, { failures: number; untilMs: number; error: Error }>(maxSetbacks)

  constructor(options: SetbacksOptions) {
    this.#options = options
  }

  has(did: Did): boolean {
    return this.#setbacks.get(did) !== undefined
  }

  /** @throws {RateLimitedError | UpstreamError} when it is too soon to try again. */
  check(did: Did): void {
    const setback = this.#setbacks.get(did)
    const waitMs = (setback?.untilMs ?? 0) - this.#options.now()
    if (!setback || waitMs <= 0) return
    const { error } = setback
    const message = `${error.message}; asked again in ${Math.ceil(waitMs / 1000)} s`
    if (error instanceof RateLimitedError) throw new RateLimitedError(message, waitMs, { cause: error })
    throw new UpstreamError(message, { cause: error })
  }

  /** @param waitMs until when it must not be tried. @default it grows with each failure in a row. */
  add(did: Did, error: Error, waitMs?: number): void {
    const { firstMs, maxMs, now } = this.#options
    const failures = this.#setbacks.get(did)?.failures ?? 0
    const untilMs = now() + (waitMs ?? Math.min(maxMs, firstMs * 2 ** failures))
    this.#setbacks.set(did, { failures: failures + 1, untilMs, error })
  }

  delete(did: Did): void {
    this.#setbacks.delete(did)
  }
}

const maxSetbacks = 10_000
