import { RateLimitedError, UnavailableRepoError } from '../../model/errors.ts'
import { type Backoff, Pauses, sleepUnlessAborted } from '../../model/repeat.ts'
import { RefusedError, UnsupportedMethod } from './host.ts'

export interface PatienceOptions {
  readonly backoff: Backoff
  /** How many attempts may fail. */
  readonly maxAttempts: number
  /** Failures that do not count. */
  readonly isForEver: (error: unknown) => boolean
  /** Called with each failure that is worth another try, the last one included. Must not throw. */
  readonly onFailure: (error: unknown) => void
  readonly signal: AbortSignal | undefined
}

/**
 * Asks a host until it answers: as late as it wants, and with growing pauses. What it refuses, or does not have, is not
 * asked for again.
 *
 * @throws the last failure; the signal's reason when it aborts.
 */
export async function patiently<Result>(
  work: () => Promise<Result>,
  { backoff, maxAttempts, isForEver, onFailure, signal }: PatienceOptions,
): Promise<Result> {
  const pauses = new Pauses(backoff)
  for (let failures = 0; ; ) {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      if (definite.some((type) => error instanceof type)) throw error
      onFailure(error)
      if (!isForEver(error) && ++failures >= maxAttempts) throw error
      const waitMs = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0
      await sleepUnlessAborted(waitMs, signal)
      await pauses.next(signal)
      signal?.throwIfAborted()
    }
  }
}

const definite = [RefusedError, UnavailableRepoError, UnsupportedMethod]
