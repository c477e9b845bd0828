import type { CommandEntry, Program } from './command.ts'
import { runCli } from './run.ts'
import { createTerminal } from './terminal.ts'

/** Runs the command that this process was started with, and leaves its exit code to the process. */
export async function runProgram(program: Program, commands: readonly CommandEntry[]): Promise<void> {
  const terminal = createTerminal({
    program: program.name,
    stdout: process.stdout,
    stderr: process.stderr,
    onFailure: () => {
      process.exitCode = 2
    },
  })
  const exitCode = await runCli(process.argv.slice(2), { program, commands, terminal })
  // What could not be written has said so before.
  process.exitCode ??= exitCode
}
