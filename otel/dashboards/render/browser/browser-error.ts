/** There is no browser to make a picture with, or it does not do its work. The message is one line and says the mend. */
export class BrowserError extends Error {
  override readonly name = 'BrowserError'
  readonly type = 'usage'
}
