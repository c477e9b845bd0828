import type { Command, ExitCode, Terminal } from './command.ts'
import { explain, overview } from './help.ts'
import { didYouMean } from './nearest.ts'

export interface CliOptions {
  readonly commands: readonly Command[]
  readonly version: string
  readonly terminal: Terminal
}

/**
 * Runs what was typed behind `tidegauge`.
 *
 * Wrong use, which is any error with the type `usage`, becomes one line and exit code 2; an error
 * that nobody foresaw is shown with its stack and ends in 70. Never rejects.
 */
export async function runCli(
  args: readonly string[],
  { commands, version, terminal }: CliOptions,
): Promise<ExitCode> {
  try {
    return await dispatch(args, { commands, version, terminal })
  } catch (error) {
    terminal.err(errorText(error))
    return isUsage(error) ? 2 : 70
  }
}

/** What is shown of an error: one line for wrong use, everything for a mistake in the program. */
export function errorText(error: unknown): string {
  if (isUsage(error)) return `tidegauge: ${oneLine(error.message)}\n`
  const text = error instanceof Error ? (error.stack ?? String(error)) : String(error)
  return `tidegauge: this is a mistake in tidegauge itself, please report it:\n${text}\n`
}

async function dispatch(args: readonly string[], { commands, version, terminal }: CliOptions) {
  const [first] = args
  if (first === undefined || isHelp(first) || (first === 'help' && args.length === 1)) {
    terminal.out(overview(commands))
    return 0
  }
  if (first === '--version' || first === '-v') {
    terminal.out(`${version}\n`)
    return 0
  }
  const words = first === 'help' ? args.slice(1) : args
  const command = find(words, commands)
  if (!command) return unknown(words, { commands, terminal })
  const rest = words.slice(command.name.split(' ').length)
  if (first === 'help' || asksForHelp(rest)) {
    terminal.out(explain(command))
    return 0
  }
  return command.run(rest, terminal)
}

/** The longest name wins, so that `config check` may stand beside `config`. */
function find(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const fitting = commands.filter(({ name }) => name.split(' ').every((word, index) => word === words[index]))
  return fitting.sort((one, other) => other.name.length - one.name.length)[0]
}

function unknown(
  words: readonly string[],
  { commands, terminal }: Pick<CliOptions, 'commands' | 'terminal'>,
) {
  const [first = '', second = ''] = words
  const family = commands.filter(({ name }) => name.startsWith(`${first} `))
  if (family.length > 0 && (second === '' || isHelp(second))) {
    const text = overview(family)
    if (isHelp(second)) terminal.out(text)
    else terminal.err(text)
    return isHelp(second) ? 0 : 2
  }
  const names = commands.flatMap(({ name }) => [name, name.split(' ', 1).join()])
  const typed = family.length > 0 ? `${first} ${second}` : first
  const kind = typed.startsWith('-')
    ? `"${typed}" is a flag and needs a command before it`
    : `no command is called "${typed}"`
  const mend = 'tidegauge --help lists the commands'
  terminal.err(`tidegauge: ${oneLine(`${kind}${didYouMean(typed, names)}; ${mend}`)}\n`)
  return 2
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? undefined : end).some(isHelp)
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h'
}

/** Told by the type and not by the class, so that wrong use of the pipeline's configuration counts as well. */
function isUsage(error: unknown): error is Error {
  return error instanceof Error && 'type' in error && error.type === 'usage'
}

/** Messages may quote what strangers wrote: nothing in it shall break the line or steer the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()
}
