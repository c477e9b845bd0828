import { type Flag, flagsHelp, type Terminal, text, toggle, wholeNumber } from '@tidegauge/tools/cli'
import { nodeFlags } from './node/with-node.ts'

/** Flags of the commands that list something, page by page. */
export const pageFlags = {
  limit: { argument: 'N', help: 'How many at most. [50]', read: wholeNumber(1, 1000) },
  cursor: { argument: 'TEXT', help: 'Goes on where the last page ended, which said it.', read: text },
  json: toggle('Prints what the API answers, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>

/** The help of a command that asks a node. */
export function nodeHelp(flags: Readonly<Record<string, Flag>>): string {
  return `${flagsHelp(flags)}

Asks the node that runs on the data folder; where none runs, the folder itself is read.`
}

/** Prints a page as it came, or a line each, with how to go on. */
export function printPage<Item>(
  { out, err }: Terminal,
  { items, line, answer, cursor, json }: Page<Item>,
): void {
  if (json === true) {
    out(`${JSON.stringify(answer)}\n`)
    return
  }
  for (const item of items) out(`${line(item).map(clean).join('  ')}\n`)
  if (cursor !== undefined) err(`There is more: --cursor ${cursor}\n`)
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** The columns of its line. */
  readonly line: (item: Item) => readonly string[]
  /** Everything that the API said. */
  readonly answer: unknown
  readonly cursor: string | undefined
  readonly json: boolean | undefined
}

/** Records are written by strangers: nothing in them shall steer the terminal or break the line. */
export function clean(text: string): string {
  return text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()
}
