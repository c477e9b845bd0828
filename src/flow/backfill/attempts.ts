import { ConflictError, RateLimitedError, UnavailableRepoError } from '../../model/errors.ts'
import type { Job } from '../../state/queue/queue.ts'

export interface AttemptsOptions {
  /**
   * After this many attempts a repo is given up and becomes a dead letter. With the pauses below that takes half a
   * day, which most failures of a host do not. @default 15
   */
  readonly maxAttempts?: number
  /** The same for what a host said is wrong: asking again mostly gives the same. @default 5 */
  readonly maxInvalid?: number
  /** The same for repos that their host does not give out, which are asked for once a day. @default 3 */
  readonly maxUnavailable?: number
  /** The pause after the first failure, in ms; it doubles with each further one. @default 5_000 */
  readonly firstMs?: number
  /** The longest pause, in ms. @default 4 hours */
  readonly maxMs?: number
  /** The pause after the first conflict, in ms; it doubles up to `maxConflictMs`. @default 60_000 */
  readonly firstConflictMs?: number
  /** @default 6 hours */
  readonly maxConflictMs?: number
  /** The pause before a repo that its host does not give out is asked for again, in ms. @default 1 day */
  readonly unavailableMs?: number
  /** A number from 0 up to 1. @default Math.random */
  readonly random?: () => number
}

/** What becomes of a job that has failed: tried again after `pauseMs`, or given up as a dead letter. */
export type NextAttempt =
  | {
      readonly pauseMs: number
      readonly counts: boolean
      /** What it failed of: attempts that failed of something else are no evidence that this lasts. @default the last one */
      readonly failure?: FailureKind
      /** Whether the next attempt is of no use before the owner of the repo, or its host, does something. @default false */
      readonly isAside?: boolean
    }
  | 'bury'

/** `unavailable`: its host does not give it out; `conflict`: it is not what is known of it; `failed`: anything else. */
export type FailureKind = 'unavailable' | 'conflict' | 'failed'

/**
 * Decides how a failed sync run is tried again. The share of a pause that is left to chance is half of it, so that
 * repos that failed together do not come back together.
 */
export function createAttempts(options: AttemptsOptions = {}): (job: Job, error: unknown) => NextAttempt {
  const limits = { ...defaults, ...options }
  const pause = (firstMs: number, maxMs: number, attempts: number) =>
    Math.min(maxMs, firstMs * 2 ** Math.min(attempts, 40)) * (0.5 + 0.5 * limits.random())
  return (job, error) => {
    if (error instanceof RateLimitedError) {
      const { attempts } = job
      return { pauseMs: error.retryAfterMs ?? pause(limits.firstMs, limits.maxMs, attempts), counts: false }
    }
    const failure = kindOf(error)
    const attempts = job.failure === failure ? job.attempts : 0
    const tried = attempts + 1
    if (failure === 'conflict') {
      // An account that has moved does not match its document until its owner writes, which may be never.
      const pauseMs = pause(limits.firstConflictMs, limits.maxConflictMs, attempts)
      return { pauseMs, counts: true, failure, isAside: true }
    }
    if (failure === 'unavailable') {
      if (tried >= limits.maxUnavailable) return 'bury'
      const pauseMs = limits.unavailableMs * (0.75 + 0.5 * limits.random())
      return { pauseMs, counts: true, failure, isAside: true }
    }
    const isInvalid = (error as { type?: unknown }).type === 'invalid'
    if (tried >= (isInvalid ? limits.maxInvalid : limits.maxAttempts)) return 'bury'
    return { pauseMs: pause(limits.firstMs, limits.maxMs, attempts), counts: true, failure }
  }
}

function kindOf(error: unknown): FailureKind {
  if (error instanceof ConflictError) return 'conflict'
  return error instanceof UnavailableRepoError ? 'unavailable' : 'failed'
}

const defaults = {
  maxAttempts: 15,
  maxInvalid: 5,
  maxUnavailable: 3,
  firstMs: 5_000,
  maxMs: 4 * 3_600_000,
  firstConflictMs: 60_000,
  maxConflictMs: 6 * 3_600_000,
  unavailableMs: 24 * 3_600_000,
  random: Math.random,
}
