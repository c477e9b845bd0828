import type { OwnCatalog } from '../catalog-file/own-catalog.ts'
import type { Flags } from './flags.ts'

/** A row of the table of commands. What it takes to run the command is loaded when it is asked for, and not before. */
export interface CommandEntry {
  /** One word or more, as it is typed: `serve`, `config check`. */
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** @param all the whole table, for a command that tells of the others. */
  readonly load: (all: readonly CommandEntry[]) => Promise<Command>
}

/** One command. Each stands in a file of its own. */
export interface Command {
  /** What may follow the name: `[FLAGS]`, `FILE`. */
  readonly synopsis?: string
  /** What it reads, as its help, the completion of shells and the reference tell it. @default none */
  readonly flags?: Flags
  /** Words that may follow the name, where they are a few. @default none */
  readonly words?: readonly string[]
  /** What `--json` prints; absent where there is no such flag. */
  readonly json?: string
  /** Further paragraphs of the help, such as the flags. Made when it is asked for. */
  readonly details?: () => string
  readonly examples?: readonly Example[]

  /**
   * Does the work. Its argument is everything that was typed after the name.
   *
   * @throws any error with the type `usage` for wrong use: its message is shown as it is.
   */
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>
}

export interface Example {
  /** What to type after the name of the program. */
  readonly type: string
  readonly toDo: string
}

/** 0: done; 1: done, and something was found that wants attention; 2: wrong use; 70: a defect of this program. */
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

/** The program that offers the commands, as its messages and its help call it. */
export interface Program {
  /** As it is typed: `tidegauge`. */
  readonly name: string
  readonly version: string
  /** What it is for, in one sentence, for the top of the help. */
  readonly about: string
  /** The catalog of the service that the program belongs to. @default none */
  readonly own?: OwnCatalog
}
