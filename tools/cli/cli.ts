// `@tidegauge/tools/cli`: what a program needs to offer the commands of the tools beside its own.

export { didYouMean } from '@tidegauge/otel/nearest'
export type { Command, CommandEntry, Example, ExitCode, Program, Terminal } from './command.ts'
export {
  type Flag,
  type Flags,
  type FlagValues,
  flagsHelp,
  readFlags,
  readTexts,
  readValue,
  toggle,
} from './flags.ts'
export { runProgram } from './program.ts'
export { type CliOptions, errorText, runCli } from './run.ts'
export { toolCommands } from './table.ts'
export { createTerminal, type StandardStreams } from './terminal.ts'
export {
  decimal,
  duration,
  httpUrl,
  InvalidValue,
  listOf,
  oneOf,
  serverAddress,
  text,
  truth,
  wholeNumber,
} from './values.ts'
