import type { Command, CommandEntry, Program } from './command.ts'

/** What the program prints when it is called alone. */
export function overview(commands: readonly CommandEntry[], { name: program, about }: Program): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    about,
    '',
    `Usage: ${program} COMMAND [FLAGS]`,
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    `${program} COMMAND --help explains a command; ${program} --version prints the version.`,
    `Exit code 0: done, 1: something was found, 2: wrong use, 70: a defect of ${program} itself.`,
    '',
  ].join('\n')
}

/** What `--help` after a command prints. */
export function explain(
  { name, summary }: CommandEntry,
  { synopsis = '', details, examples = [] }: Command,
  program: string,
): string {
  const parts = [`${summary}\n\nUsage: ${program} ${name} ${synopsis}`.trimEnd()]
  if (details) parts.push(details().trimEnd())
  if (examples.length > 0)
    parts.push(
      ['Examples:', ...examples.map(({ type, toDo }) => `  ${program} ${type}\n      ${toDo}`)].join('\n'),
    )
  return `${parts.join('\n\n')}\n`
}
