/** One command of `tidegauge`. Each stands in a file of its own; `main.ts` hands in what it needs to do its work. */
export interface Command {
  /** One word or more, as it is typed: `serve`, `config check`. */
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What may follow the name: `[FLAGS]`, `FILE`. */
  readonly synopsis?: string
  /** Further paragraphs of the help, such as the flags. Made when it is asked for. */
  readonly details?: () => string
  readonly examples?: readonly Example[]

  /**
   * Does the work. Its argument is everything that was typed behind the name.
   *
   * @throws any error with the type `usage` for wrong use: its message is shown as it is.
   */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>
}

export interface Example {
  /** What to type, `tidegauge` included. */
  readonly type: string
  readonly toDo: string
}

/** 0: done; 1: done, and something was found that wants attention; 2: wrong use; 70: a mistake in this program. */
export type ExitCode = 0 | 1 | 2 | 70

/** Where a command writes. */
export interface Terminal {
  /** Takes what was asked for. */
  readonly out: (text: string) => void
  /** Takes what is said about the work: progress, warnings, errors. */
  readonly err: (text: string) => void
  /** Whether somebody is looking: then progress may be drawn. */
  readonly isInteractive: boolean
}
