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
  override readonly name = 'UpstreamError'
  readonly type = 'network'
}

/** What came from outside breaks the rules it must follow. Asking again gives the same. */
export class InvalidError extends Error {
  override readonly name = 'InvalidError'
  readonly type = 'invalid'
}
