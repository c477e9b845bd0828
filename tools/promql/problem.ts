/** Why a text is not a query that Prometheus would accept. */
export interface SyntaxProblem {
  /** Offset of the first character that is wrong; the length of the text when its end is. */
  readonly at: number
  /** In words, as the middle of a sentence: `the function "foo" does not exist`. */
  readonly reason: string
  /** How to fix it, in a sentence. */
  readonly mend: string
  /** False where a Grafana variable stands where nobody can tell what it becomes. */
  readonly isCertain: boolean
}

/** Carries a problem out of the reading of a tree; does not leave this room. */
export class ProblemFound extends Error {
  readonly at: number
  readonly reason: string
  readonly mend: string

  constructor({ at, reason, mend }: Omit<SyntaxProblem, 'isCertain'>) {
    super(reason)
    this.at = at
    this.reason = reason
    this.mend = mend
  }
}
