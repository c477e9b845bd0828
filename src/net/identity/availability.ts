import type { Clock } from '../../model/clock.ts'
import { RateLimitedError, UpstreamError } from '../../model/errors.ts'

export interface AvailabilityOptions {
  /** Whose, for messages. */
  readonly name: string
  /** In ms since 1970. */
  readonly now: Clock
  /** The longest time that it may ask us to wait, in ms. */
  readonly maxRetryAfterMs: number
  /** Called when it stops answering, and when it answers again; not for each request. */
  readonly onChange: (answers: boolean, problem: string) => void
}

/**
 * Whether one server may be asked now. After a failure nobody asks for a short time, then one request at a time tries
 * whether it answers again. After 429 nobody asks until the server said.
 */
export class Availability {
  readonly #options: AvailabilityOptions
  #failures = 0
  #problem = ''
  #isTried = false
  #downSinceMs = 0
  #downUntilMs = 0
  #limitedUntilMs = 0
  #answeredMs = Number.NEGATIVE_INFINITY
  #answers = true

  constructor(options: AvailabilityOptions) {
    this.#options = options
  }

  /** Whether its last answer was a failure to answer. */
  get isDown(): boolean {
    return this.#failures > 0
  }

  /** What keeps it from answering, and since when, in ms since 1970; undefined while it answers. */
  get trouble(): { readonly reason: string; readonly sinceMs: number } | undefined {
    return this.isDown ? { reason: this.#problem, sinceMs: this.#downSinceMs } : undefined
  }

  /** When it may be asked again, in ms since 1970; undefined when it may be asked now. */
  get blockedUntilMs(): number | undefined {
    const untilMs = Math.max(this.#limitedUntilMs, this.isDown ? this.#downUntilMs : 0)
    return this.#options.now() < untilMs ? untilMs : undefined
  }

  /** @throws {RateLimitedError | UpstreamError} when it may not be asked. */
  check(): void {
    const { name, now } = this.#options
    const waitMs = this.#limitedUntilMs - now()
    if (waitMs > 0)
      throw new RateLimitedError(`${name} wants to be left alone for ${inSeconds(waitMs)}`, waitMs)
    if (!this.isDown) return
    const pauseMs = this.#downUntilMs - now()
    if (pauseMs > 0) throw new UpstreamError(`${this.#problem}; asked again in ${inSeconds(pauseMs)}`)
    if (this.#isTried) throw new UpstreamError(`${this.#problem}; being tried again`)
  }

  /** The request is about to be made. @throws as `check` does. */
  enter(): void {
    this.check()
    if (this.isDown) this.#isTried = true
  }

  answered(): void {
    this.#answeredMs = this.#options.now()
    this.#failures = 0
    this.#isTried = false
    // Limits come and go by the second: only a quiet time says that there is no trouble any more.
    if (this.#options.now() >= this.#limitedUntilMs + quietMs || this.#limitedUntilMs === 0)
      this.#report(true, '')
  }

  /** @returns when it wants to be asked again, in ms from now. */
  limited(retryAfterMs = defaultRetryAfterMs): number {
    const { name, now, maxRetryAfterMs } = this.#options
    const waitMs = Math.min(Math.max(retryAfterMs, minRetryAfterMs), maxRetryAfterMs)
    this.#isTried = false
    this.#failures = 0
    this.#limitedUntilMs = Math.max(this.#limitedUntilMs, now() + waitMs)
    this.#report(false, `${name} says that it is asked too often`)
    return waitMs
  }

  /** @param beganMs when the request was made: that it had no answer says nothing once others have had theirs since. */
  failed(problem: string, beganMs: number): void {
    if (beganMs < this.#answeredMs) return
    // Of those that were under way together, the first has said it.
    if (this.isDown && !this.#isTried) return
    if (!this.isDown) this.#downSinceMs = this.#options.now()
    const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** this.#failures)
    this.#failures += 1
    this.#isTried = false
    this.#problem = problem
    this.#downUntilMs = this.#options.now() + pauseMs
    this.#report(false, problem)
  }

  #report(answers: boolean, problem: string): void {
    if (answers === this.#answers) return
    this.#answers = answers
    this.#options.onChange(answers, problem)
  }
}

const firstPauseMs = 1000
const maxPauseMs = 30_000
const defaultRetryAfterMs = 5000
const minRetryAfterMs = 1000
const quietMs = 60_000

const inSeconds = (ms: number) => `${Math.ceil(ms / 1000)} s`
