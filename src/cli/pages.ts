import { type Flag, flagsHelp, type Terminal, text, toggle, wholeNumber } from '@tidegauge/tools/cli'
import type { IsAnswer } from './node/api-client.ts'
import { nodeFlags } from './node/with-node.ts'

/** The flag that says how long a page may be: what the API takes, and what it takes for granted. */
export function limitFlag(most: number, initially: number) {
  return { argument: 'N', help: `How many at most. [${initially}]`, read: wholeNumber(1, most) }
}

/** Flags of the commands that list something, page by page. */
export const pageFlags = {
  limit: limitFlag(1000, 50),
  cursor: { argument: 'TEXT', help: 'Continues after the last page, which printed it.', read: text },
  json: toggle('Prints what the API answers, for programs.'),
  ...nodeFlags,
} as const satisfies Record<string, Flag>

/** The help of a command that asks a node. */
export function nodeHelp(flags: Readonly<Record<string, Flag>>): string {
  return `${flagsHelp(flags)}

Asks the node that runs on the data folder; where none runs, the folder itself is read.`
}

/** A page, as the API writes it: its items under a name, and where the next page begins. */
export type PageJson<Name extends string, Item> = Readonly<Record<Name, readonly Item[]>> & {
  readonly cursor?: string
}

export function isPage<Name extends string, Item>(
  name: Name,
  isItem: IsAnswer<Item>,
): IsAnswer<PageJson<Name, Item>> {
  return (body): body is PageJson<Name, Item> =>
    hasTexts(body, [], ['cursor']) && Array.isArray(body[name]) && body[name].every(isItem)
}

/** Whether something is an object with texts under these names, and nothing but texts under the optional ones. */
export function hasTexts(
  value: unknown,
  names: readonly string[],
  optional: readonly string[] = [],
): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Readonly<Record<string, unknown>>
  return (
    names.every((name) => typeof fields[name] === 'string') &&
    optional.every((name) => fields[name] === undefined || typeof fields[name] === 'string')
  )
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

/** A number with its noun: `1 event`, `2 events`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
