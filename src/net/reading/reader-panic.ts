/** Reading broke down for a reason of our own: a worker thread has died, the disk is full, or a mistake. */
export class ReaderPanic extends Error {
  override readonly name = 'ReaderPanic'
  readonly type = 'internal'
}
