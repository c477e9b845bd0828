import { NotKeptError, RateLimitedError } from '../../model/errors.ts'
import type { SyncFailure, SyncResult } from '../../model/sync.ts'
import { syncFailures } from '../../model/sync.ts'
import { Problem } from './problem.ts'

/**
 * Runs a sync for a caller who waits, but not for ever.
 *
 * @returns undefined when it still runs after `waitMs`.
 * @throws {Problem} that tells whose fault it is: 404, or 409, 502, 503 or 504 with the `reason`.
 */
export async function runSync(
  sync: () => Promise<SyncResult>,
  waitMs: number,
): Promise<SyncResult | undefined> {
  const run = sync()
  // Whoever has stopped waiting finds the failure at /repos/{did}/errors.
  run.catch(() => {})
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), waitMs)
  try {
    return await Promise.race([run, late])
  } catch (error) {
    throw syncProblem(error)
  } finally {
    clearTimeout(timer)
  }
}

function syncProblem(error: unknown): unknown {
  if (error instanceof NotKeptError) return new Problem(404, { detail: error.message })
  const { type: reason, message } = error as { readonly type?: SyncFailure; readonly message: string }
  if (reason === undefined || !syncFailures.includes(reason) || reason === 'internal') return error
  const retryAfterMs = error instanceof RateLimitedError ? error.retryAfterMs : undefined
  return new Problem(statuses[reason], {
    detail: message,
    more: { reason },
    ...(reason === 'rate_limited' && { type: 'host-busy' }),
    ...(retryAfterMs !== undefined && {
      headers: { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) },
    }),
  })
}

const statuses: Readonly<Record<Exclude<SyncFailure, 'internal'>, number>> = {
  auth: 502,
  network: 502,
  invalid: 502,
  conflict: 409,
  rate_limited: 503,
  timeout: 504,
}
