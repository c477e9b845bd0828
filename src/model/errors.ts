/** Wrong use: a flag, a file or a setting that cannot be used. The message says what is wrong and how to mend it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly type = 'usage'
}

/** A relay, a host or a directory failed to answer. Worth retrying. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly type = 'network'
}

/** What came from outside breaks the rules it must follow. Asking again gives the same. */
export class InvalidError extends Error {
  override readonly name = 'InvalidError'
  readonly type = 'invalid'
}
