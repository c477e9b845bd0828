import type { CommandEntry } from '../command.ts'
import type { Flags } from '../flags.ts'

/** What a shell is told of one command. */
export interface DescribedCommand {
  /** As it is typed: `repos track`. */
  readonly name: string
  readonly summary: string
  readonly flags: readonly DescribedFlag[]
  /** The words that may follow it, beside flags: those of its own, such as the names of shells. */
  readonly words: readonly string[]
  /** Whether files may follow it. */
  readonly takesFiles: boolean
}

export interface DescribedFlag {
  /** As it is typed: `--port`. */
  readonly name: string
  readonly help: string
  /** What its value may be; undefined for a switch. */
  readonly value?: DescribedValue
}

/** `words`: one of these; `any`: what no shell can guess. */
export type DescribedValue =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'folder' | 'any' }

/** Loads every command, and tells what its help tells of it. */
export async function describeCommands(
  commands: readonly CommandEntry[],
): Promise<readonly DescribedCommand[]> {
  return Promise.all(
    commands.map(async ({ name, summary, load }) => {
      const { flags = {}, synopsis = '', words = [] } = await load(commands)
      return { name, summary, flags: describeFlags(flags), words, takesFiles: /^FILE\b/.test(synopsis) }
    }),
  )
}

/** The words that may follow a command, as in `repos` `track`. */
export function wordsAfter(
  commands: readonly DescribedCommand[],
  before: string,
): readonly { readonly word: string; readonly summary: string }[] {
  const words = new Map<string, string>()
  for (const { name, summary } of commands) {
    if (before !== '' && !name.startsWith(`${before} `)) continue
    const rest = before === '' ? name : name.slice(before.length + 1)
    const [word = '', ...more] = rest.split(' ')
    if (more.length === 0) words.set(word, summary)
    else if (!words.has(word)) words.set(word, '')
  }
  // A family of which no command stands alone is told by its members.
  return Array.from(words, ([word, summary]) => ({ word, summary: summary || family(commands, word) }))
}

function family(commands: readonly DescribedCommand[], word: string): string {
  const members = commands.filter(({ name }) => name.startsWith(`${word} `))
  return members.map(({ name }) => name.slice(word.length + 1)).join(', ')
}

function describeFlags(flags: Flags): readonly DescribedFlag[] {
  const own = Object.entries(flags).map(([name, { argument, help, read }]): DescribedFlag => {
    const value = argument === undefined ? undefined : describeValue(argument, read.words)
    return { name: `--${name}`, help, ...(value && { value }) }
  })
  return [...own, { name: '--help', help: 'Explain the command.' }]
}

function describeValue(argument: string, words: readonly string[] | undefined): DescribedValue {
  if (words !== undefined) return { kind: 'words', words }
  if (argument.startsWith('FILE')) return { kind: 'file' }
  return { kind: argument.startsWith('DIR') ? 'folder' : 'any' }
}
