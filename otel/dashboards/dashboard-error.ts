/** A file that is no dashboard that can be read. The message is one line: where, what, and how to mend it. */
export class DashboardError extends Error {
  override readonly name = 'DashboardError'
  readonly type = 'usage'
}
