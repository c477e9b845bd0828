/** A file that could not be read. */
export interface SourceProblem {
  readonly file: string
  readonly reason: string
}
