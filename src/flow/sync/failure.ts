import { ConflictError, InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { type SyncFailure, type SyncFault, type SyncOutcome, syncFailures } from '../../model/sync.ts'
import { UnsupportedMethod } from '../../net/host/host.ts'
import { UnlikeStored } from '../../net/reading/unlike-stored.ts'
import { MissingBlock, Rejection, WrongKey } from '../../net/repo/rejection.ts'

/** The service ends, or does not want the run any more. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
  readonly type = 'internal'
}

/** What a failed run is in the words of the metrics. An exception that nobody foresaw is `internal`, and a `panic`. */
export function failureOf(error: unknown): { readonly reason: SyncFailure; readonly outcome: SyncOutcome } {
  const { type } = (error ?? {}) as { readonly type?: unknown }
  const reason = syncFailures.find((known) => known === type) ?? 'internal'
  if (reason === 'rate_limited') return { reason, outcome: 'rate_limited' }
  return { reason, outcome: reason === 'internal' && !(error instanceof StoppedError) ? 'panic' : 'error' }
}

/** What of a repo that was read is at fault; undefined where that is not what failed. */
export function faultOf(error: unknown): SyncFault | undefined {
  if (!(error instanceof Rejection)) return undefined
  const { reason }: Rejection<string> = error
  return ['cid', 'signature', 'mst', 'rev'].includes(reason) ? 'verification' : 'parse'
}

/**
 * Whether a run may succeed with the whole repo that has failed with what has changed. A host may be slow, or fail, at
 * the one and not at the other.
 */
export function mayBeDueToSince(error: unknown): boolean {
  if (error instanceof WrongKey || error instanceof RateLimitedError) return false
  const classes = [Rejection, UnlikeStored, InvalidError, UnsupportedMethod, UpstreamError]
  return classes.some((one) => error instanceof one)
}

/** Says by its class what a caller may do about what is wrong with a repo that was read. */
export function translated(error: unknown): unknown {
  const cause = error
  if (error instanceof WrongKey)
    return new ConflictError(`${error.message}, not even after a fresh look at it`, { cause })
  if (error instanceof MissingBlock) {
    return new UpstreamError(`the host does not give out all of the repo: ${error.message}`, { cause })
  }
  return error instanceof Rejection
    ? new InvalidError(`the host gives out a bad repo: ${error.message}`, { cause })
    : error
}
