import {
  AuthError,
  InvalidError,
  RateLimitedError,
  TimeoutError,
  UnavailableRepoError,
  UpstreamError,
} from '../../model/errors.ts'
import { RefusedError, UnsupportedMethod } from './host.ts'

export interface FailedAnswer {
  /** Such as `pds.example`. */
  readonly host: string
  /** Such as `getRepo`. */
  readonly method: string
  /** Whether hosts may lack the method; they then answer as if they wanted credentials. */
  readonly isOptional: boolean
  readonly status: number
  /** What the body calls the error, where it says so. */
  readonly name?: string
  readonly message?: string
  /** When to ask again, in ms from now, where the answer said so. */
  readonly retryAfterMs: number | undefined
}

/** Tells what an answer other than 200 means. The name in it says more than its status, which differs between hosts. */
export function failureFrom(answer: FailedAnswer): Error {
  const { host, method, isOptional, status, name, message: why, retryAfterMs } = answer
  const said = [name, why].filter((part) => part !== undefined).join(': ')
  const message = `${host} answered ${method} with HTTP ${status}${said && `, ${said}`}`
  const unavailable = unavailableRepo.get(name ?? '')
  if (unavailable !== undefined) return new UnavailableRepoError(unavailable, message)
  if (status === 429) return new RateLimitedError(message, retryAfterMs)
  if (status === 501 || isUnsupported.has(name ?? '')) return new UnsupportedMethod(message)
  if (status === 408 || status === 504) return new TimeoutError(message)
  if (status >= 500) return new UpstreamError(message)
  // A PDS hands what it does not know on to a service that needs credentials.
  if (status === 401 && isOptional) return new UnsupportedMethod(message)
  if (status === 401 || status === 403) return new AuthError(message)
  if (status === 404 || status === 405) return new UnsupportedMethod(message)
  if (status >= 400) return new RefusedError(message)
  return new InvalidError(message)
}

/** The second half is what relays say; a PDS and a relay do not use the same status for the same name. */
const unavailableRepo = new Map<string, UnavailableRepoError['status']>([
  ['RepoNotFound', 'unknown'],
  ['RepoDeactivated', 'deactivated'],
  ['RepoSuspended', 'suspended'],
  ['RepoTakendown', 'takendown'],
  ['RepoDeleted', 'unknown'],
  ['RepoInactive', 'unknown'],
  ['RepoNotSynchronized', 'unknown'],
])

const isUnsupported = new Set(['MethodNotImplemented', 'XRPCNotSupported'])
