import { parseArgs } from 'node:util'
import { didYouMean } from '@tidegauge/otel/nearest'
import { UsageError } from '@tidegauge/otel/usage-error'
import { InvalidValue } from './values.ts'

/** Makes a value of a text. */
export interface Reader<Value = unknown> {
  (text: string): Value
  /** All that the text may be, where that is a few words. */
  readonly words?: readonly string[]
}

/** One flag of a command. */
export interface Flag<Value = unknown> {
  /** Stands for the value in the help, such as `URL`; a flag without one is a switch. */
  readonly argument?: string
  readonly help: string
  /** Makes a value of its text. @throws {InvalidValue} saying what the text must be. */
  readonly read: Reader<Value>
  /**
   * How many values it takes: one; one each time it is repeated; or everything up to the next flag, each time.
   *
   * @default 'one'
   */
  readonly takes?: 'one' | 'repeated' | 'list'
  /** Its value is not repeated in messages. @default false */
  readonly secret?: boolean
}

export type Flags = Readonly<Record<string, Flag>>

/** What was given for each flag: undefined where it was not; a list for one that takes several values. */
export type FlagValues<Of extends Flags> = {
  readonly [Name in keyof Of]: Of[Name] extends Flag<infer Value>
    ? Of[Name] extends { readonly takes: 'repeated' }
      ? readonly Value[] | undefined
      : Of[Name] extends { readonly takes: 'list' }
        ? readonly (readonly Value[])[] | undefined
        : Value | undefined
    : never
}

/** A flag that is there or not; `--no-NAME` says that it is not. */
export function toggle(help: string) {
  return { help, read: (text: string) => text === 'true' } as const satisfies Flag<boolean>
}

export interface FlagsRequest<Of extends Flags> {
  /** The command, as its user types it: `tidegauge audit`. */
  readonly command: string
  readonly flags: Of
  readonly args: readonly string[]
  /** Whether words may stand beside the flags. @default false */
  readonly allowsWords?: boolean
}

/**
 * Reads what was typed after a command. There is no other reader of flags.
 *
 * @throws {UsageError} for an unknown flag, one without its value or with one too many, one that is repeated but meant
 *   once, a value that does not fit, and a word that belongs to no flag.
 */
export function readFlags<const Of extends Flags>({
  command,
  flags,
  args,
  allowsWords = false,
}: FlagsRequest<Of>): { readonly values: FlagValues<Of>; readonly words: readonly string[] } {
  const { texts, words } = readTexts({ command, flags, args, allowsWords })
  const values = Object.entries(flags).map(([name, flag]) => {
    const lists = texts.get(name)?.map((list) => list.map((text) => readValue(`--${name}`, flag, text)))
    if (flag.takes === 'list') return [name, lists]
    return [name, flag.takes === 'repeated' ? lists?.flat() : lists?.[0]?.[0]]
  })
  return { values: Object.fromEntries(values) as FlagValues<Of>, words }
}

/** What was typed for each flag, a list for each time, and the words that belong to none. */
export function readTexts({ command, flags, args, allowsWords = false }: FlagsRequest<Flags>): {
  readonly texts: ReadonlyMap<string, readonly (readonly string[])[]>
  readonly words: readonly string[]
} {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { argument }]) => [
      name,
      { type: argument === undefined ? 'boolean' : 'string' } as const,
    ]),
  )
  // Not strict: it is we who say what is wrong, and only we know flags that take lists.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowNegative: true, tokens: true })
  const texts = new Map<string, readonly (readonly string[])[]>()
  const words: string[] = []
  let list: string[] | undefined
  /** The flag before, where its value is secret: a value with spaces comes as several words. */
  let secret: string | undefined
  for (const token of tokens) {
    if (token.kind === 'option') {
      const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
      if (flag === undefined || !fits(flag, token)) throw unknown(token.rawName, { command, flags })
      const before = texts.get(token.name) ?? []
      if (before.length > 0 && (flag.takes ?? 'one') === 'one')
        throw new UsageError(`--${token.name} is given more than once: give it once`)
      const values = [textOf(flag, token)]
      texts.set(token.name, [...before, values])
      list = flag.takes === 'list' && !token.inlineValue ? values : undefined
      secret = flag.secret ? token.name : undefined
    } else if (token.kind === 'option-terminator') {
      list = secret = undefined
    } else if (list) {
      list.push(token.value)
    } else if (allowsWords) {
      words.push(token.value)
    } else if (secret !== undefined) {
      throw new UsageError(
        `what follows the value of --${secret} belongs to no flag; put a value with spaces in quotes`,
      )
    } else {
      throw new UsageError(`"${token.value}" belongs to no flag; ${command} --help lists the flags`)
    }
  }
  return { texts, words }
}

/** @throws {UsageError} naming where the text comes from, what it is unless it is secret, and what it must be. */
export function readValue<Value>(
  origin: string,
  { read, secret = false }: Pick<Flag<Value>, 'read' | 'secret'>,
  text: string,
): Value {
  try {
    return read(text)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    const shown = secret ? '' : ` is ${JSON.stringify(text)}, but`
    throw new UsageError(`${origin}${shown} ${error.message}`, { cause: error })
  }
}

/** The flags as the help lists them, one a line. */
export function flagsHelp(flags: Flags): string {
  const rows = Object.entries(flags).map(
    ([name, { argument, help }]) => [`--${name}${argument ? ` ${argument}` : ''}`, help] as const,
  )
  const width = Math.max(...rows.map(([flag]) => flag.length))
  return ['Flags:', ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`)].join('\n')
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

/** A flag is written `--name`; `--no-name` is for switches alone. */
function fits({ argument }: Flag, { name, rawName }: OptionToken): boolean {
  return rawName === `--${name}` || (argument === undefined && rawName === `--no-${name}`)
}

function textOf({ argument }: Flag, { name, rawName, value, inlineValue }: OptionToken): string {
  if (argument === undefined) {
    if (value !== undefined)
      throw new UsageError(`--${name} takes no value: write --${name} alone, or --no-${name}`)
    return String(rawName === `--${name}`)
  }
  // What begins with a dash is the next flag; whoever means a value writes it after "=".
  if (value === undefined || (!inlineValue && /^-./.test(value)))
    throw new UsageError(`--${name} needs a value: write --${name}=${argument}`)
  return value
}

function unknown(rawName: string, { command, flags }: { readonly command: string; readonly flags: Flags }) {
  const names = Object.keys(flags).map((name) => `--${name}`)
  return new UsageError(
    `there is no flag ${rawName}${didYouMean(rawName, names)}; ${command} --help lists the flags`,
  )
}
