import { spawnSync } from 'node:child_process'
import { mediansInTurns } from './in-turns.ts'

/** Seconds from the start of each command, a process of its own, to its end: `args` are those of Node. */
export function measureCommands(
  commands: readonly (readonly string[])[],
  cwd: string,
  rounds: number,
): number[] {
  return mediansInTurns(
    commands.map((args) => () => [runTime(args, cwd)]),
    rounds,
  ).map(([seconds = Number.NaN]) => seconds)
}

function runTime(args: readonly string[], cwd: string): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  const seconds = (performance.now() - began) / 1000
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return seconds
}
