/**
 * The service cannot start with what it was given: a folder, a port, a relay, a pattern. Only the operator can change
 * that, so the message is one line that says what to change.
 */
export class SetupError extends Error {
  override readonly name: string = 'SetupError'
  readonly type = 'usage'
}

/** Another process uses the data folder. */
export class FolderInUseError extends SetupError {
  override readonly name = 'FolderInUseError'
}

/** A relay, a host or a directory failed to answer. Worth retrying. */
export class UpstreamError extends Error {
  override readonly name: string = 'UpstreamError'
  readonly type: 'network' | 'timeout' | 'rate_limited' = 'network'
}

/** It took too long. */
export class TimeoutError extends UpstreamError {
  override readonly name = 'TimeoutError'
  override readonly type = 'timeout'
}

/** It was asked too often. */
export class RateLimitedError extends UpstreamError {
  override readonly name = 'RateLimitedError'
  override readonly type = 'rate_limited'
  /** When to ask again, in ms from now, where it said so. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

/** A host asks for credentials, or does not let us in. */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly type = 'auth'
}

/** What a host has contradicts what is already known: older than it, or signed by a key of before. Time may mend it. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError'
  readonly type = 'conflict'
}

/** A host does not have a repo, or does not give it out. */
export class UnavailableRepoError extends Error {
  override readonly name = 'UnavailableRepoError'
  readonly type = 'invalid'
  readonly status: 'unknown' | 'deactivated' | 'suspended' | 'takendown'

  constructor(status: UnavailableRepoError['status'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** Something was asked of a repo that is not kept here: the caller has to track it first. */
export class NotKeptError extends Error {
  override readonly name = 'NotKeptError'
  readonly type = 'not_kept'
}

/** What came from outside breaks the rules it must follow. Asking again gives the same. */
export class InvalidError extends Error {
  override readonly name = 'InvalidError'
  readonly type = 'invalid'
}
