import { UsageError } from '../usage-error.ts'

/** A configuration that cannot be used, in one line: where, key, what is wrong, how to mend it. */
export function configError({ where, key, problem, mend, cause }: ConfigErrorOptions): UsageError {
  const parts = [where, key, `${problem}; ${mend}`].filter((part) => part !== undefined)
  return new UsageError(parts.join(': '), { cause })
}

export interface ConfigErrorOptions {
  /** File and line, as `file:line`, or the name of the variable or flag. */
  readonly where: string
  /** The key in the file; left out for variables and flags. */
  readonly key?: string | undefined
  readonly problem: string
  /** What to do, beginning with a verb. */
  readonly mend: string
  readonly cause?: unknown
}
