/** What is stored of a repo is not the tree that it is said to be. */
export class UnlikeStored extends Error {
  override readonly name = 'UnlikeStored'
  readonly type = 'internal'
}
