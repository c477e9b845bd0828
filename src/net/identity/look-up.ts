import { InvalidError, RateLimitedError, TimeoutError, UpstreamError } from '../../model/errors.ts'
import type { FetchResponse } from '../fetch/response.ts'
import { retryAfterMs } from '../fetch/retry-after.ts'

/** Where something about an identity is looked up: directory, host of a `did:web`, name service, host of a handle. */
export type LookupMethod = (typeof lookupMethods)[number]

export const lookupMethods = ['plc', 'web', 'dns', 'well_known'] as const

/** `not_found`: there is nothing about it. `error`: no answer, or one that cannot be used. */
export type LookupOutcome = (typeof lookupOutcomes)[number]

export const lookupOutcomes = ['success', 'not_found', 'rate_limited', 'timeout', 'error'] as const

/** Told of each request that was made, how it ended and how long it took. Must not throw. */
export type OnLookup = (method: LookupMethod, outcome: LookupOutcome, durationMs: number) => void

/** There is nothing about it. */
export class NotFoundError extends InvalidError {}

/** Makes a request and tells how it went. */
export async function lookUp<Answer>(
  method: LookupMethod,
  onLookup: OnLookup,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const began = performance.now()
  const tell = (outcome: LookupOutcome) => onLookup(method, outcome, performance.now() - began)
  try {
    const answer = await work()
    tell('success')
    return answer
  } catch (error) {
    tell(outcomeOf(error))
    throw error
  }
}

function outcomeOf(error: unknown): LookupOutcome {
  if (error instanceof NotFoundError) return 'not_found'
  if (error instanceof RateLimitedError) return 'rate_limited'
  return error instanceof TimeoutError ? 'timeout' : 'error'
}

/**
 * Sorts out the answers that say nothing about what was asked for.
 *
 * @throws {NotFoundError} when there is no such thing.
 * @throws {RateLimitedError} when it was asked too often.
 * @throws {UpstreamError} when it fails.
 */
export function judgeStatus(response: FetchResponse, subject: string, nowMs: number): void {
  const { status, headers, url } = response
  if (status === 200) return
  response.cancel()
  if (status === 400 || status === 404 || status === 410)
    throw new NotFoundError(`${subject} is unknown to ${url.host}`)
  if (status === 429)
    throw new RateLimitedError(`${url.host} is asked too often`, retryAfterMs(headers, nowMs))
  throw new UpstreamError(`${url.host} answers ${status} for ${subject}`)
}
