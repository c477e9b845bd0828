/** What the service was told to run with cannot be used: a folder, a port, a relay. The message is one line and says the mend. */
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
