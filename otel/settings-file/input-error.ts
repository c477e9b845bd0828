/** Something that was to be audited and cannot be read. The message is one line: what, why, and how to mend it. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly type = 'usage'
}
