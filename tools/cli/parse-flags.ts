import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UsageError } from '@tidegauge/otel/usage-error'
import { didYouMean } from './nearest.ts'

/** What `parseArgs` takes, and the command that is parsed for, as its user types it. */
export interface FlagsOf extends ParseArgsConfig {
  readonly command: string
  readonly options: NonNullable<ParseArgsConfig['options']>
}

/** @throws {UsageError} for a flag that there is not, one that lacks its value, and one given twice that is meant once. */
export function parseFlags<const Flags extends FlagsOf>(
  flags: Flags,
): ReturnType<typeof parseArgs<Flags & { tokens: true }>> {
  try {
    const parsed = parseArgs({ ...flags, tokens: true as const })
    refuseRepeated(flags)
    return parsed
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const mend = `tidegauge ${flags.command} --help lists the flags`
    const [said = ''] = error.message.split('. ')
    const [, typed = ''] = /'(-[^']*)'/.exec(said) ?? []
    const names = Object.keys(flags.options).map((name) => `--${name}`)
    const text =
      error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
        ? `${flags.command} has no flag ${typed}${didYouMean(typed, names)}`
        : said
    throw new UsageError(`${text}; ${mend}`, { cause: error })
  }
}

function refuseRepeated({ args, options, allowPositionals = false }: FlagsOf): void {
  const { tokens } = parseArgs({ ...(args && { args }), options, allowPositionals, tokens: true })
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option' || options[token.name]?.type !== 'string') continue
    if (options[token.name]?.multiple !== true && seen.has(token.name))
      throw new UsageError(`${token.rawName} is given more than once; give it once`)
    seen.add(token.name)
  }
}
