import type { Command } from './command.ts'

/** What `tidegauge` alone prints. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'tidegauge keeps a verified, searchable copy of AT Protocol repositories and measures every part of it.',
    '',
    'Usage: tidegauge COMMAND [FLAGS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'tidegauge COMMAND --help explains a command; tidegauge --version prints the version.',
    'Exit code 0: done, 1: something was found, 2: wrong use, 70: a mistake in tidegauge itself.',
    '',
  ].join('\n')
}

/** What `--help` behind a command prints. */
export function explain({ name, summary, synopsis = '', details, examples = [] }: Command): string {
  const parts = [`${summary}\n\nUsage: tidegauge ${name} ${synopsis}`.trimEnd()]
  if (details) parts.push(details().trimEnd())
  if (examples.length > 0)
    parts.push(['Examples:', ...examples.map(({ type, toDo }) => `  ${type}\n      ${toDo}`)].join('\n'))
  return `${parts.join('\n\n')}\n`
}
