import { didYouMean } from '@tidegauge/otel/nearest'
import { oneLine } from '@tidegauge/otel/one-line'
import type { CommandEntry, ExitCode, Program, Terminal } from './command.ts'
import { explain, overview } from './help.ts'

export interface CliOptions {
  readonly program: Program
  readonly commands: readonly CommandEntry[]
  readonly terminal: Terminal
}

/**
 * Runs what was typed after the name of the program.
 *
 * Wrong use, which is any error with the type `usage`, becomes one line and exit code 2; an error
 * that nobody foresaw is shown with its stack and ends in 70. Never rejects.
 */
export async function runCli(args: readonly string[], options: CliOptions): Promise<ExitCode> {
  try {
    return await dispatch(args, options)
  } catch (error) {
    options.terminal.err(errorText(error, options.program.name))
    return isUsage(error) ? 2 : 70
  }
}

/** What is shown of an error: one line for wrong use, everything for a defect of the program. */
export function errorText(error: unknown, program: string): string {
  if (isUsage(error)) return `${program}: ${oneLine(error.message)}\n`
  const text = error instanceof Error ? (error.stack ?? String(error)) : String(error)
  return `${program}: this is a defect of ${program} itself, please report it:\n${text}\n`
}

async function dispatch(
  args: readonly string[],
  { program, commands, terminal }: CliOptions,
): Promise<ExitCode> {
  const [first] = args
  if (first === undefined || isHelp(first) || (first === 'help' && args.length === 1)) {
    terminal.out(overview(commands, program))
    return 0
  }
  if (first === '--version' || first === '-v') {
    terminal.out(`${program.version}\n`)
    return 0
  }
  const words = first === 'help' ? args.slice(1) : args
  const entry = find(words, commands)
  if (!entry) return unknown(words, { program, commands, terminal })
  const command = await entry.load(commands)
  const rest = words.slice(entry.name.split(' ').length)
  if (first === 'help' || asksForHelp(rest)) {
    terminal.out(explain(entry, command, program.name))
    return 0
  }
  return command.run(rest, terminal)
}

/** The longest name wins, so that `config check` may stand beside `config`. */
function find(words: readonly string[], commands: readonly CommandEntry[]): CommandEntry | undefined {
  const fitting = commands.filter(({ name }) => name.split(' ').every((word, index) => word === words[index]))
  return fitting.sort((one, other) => other.name.length - one.name.length)[0]
}

function unknown(words: readonly string[], { program, commands, terminal }: CliOptions): ExitCode {
  const [first = '', second = ''] = words
  const family = commands.filter(({ name }) => name.startsWith(`${first} `))
  if (family.length > 0 && (second === '' || isHelp(second))) {
    const text = overview(family, program)
    if (isHelp(second)) terminal.out(text)
    else terminal.err(text)
    return isHelp(second) ? 0 : 2
  }
  const names = commands.flatMap(({ name }) => [name, name.split(' ', 1).join()])
  const typed = family.length > 0 ? `${first} ${second}` : first
  const kind = typed.startsWith('-')
    ? `"${typed}" is a flag and needs a command before it`
    : `no command is called "${typed}"`
  const mend = `${program.name} --help lists the commands`
  terminal.err(`${program.name}: ${oneLine(`${kind}${didYouMean(typed, names)}; ${mend}`)}\n`)
  return 2
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? undefined : end).some(isHelp)
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h'
}

/** Told by the type and not by the class: the rooms of a service have errors of their own for what cannot be used. */
function isUsage(error: unknown): error is Error {
  return error instanceof Error && 'type' in error && error.type === 'usage'
}
