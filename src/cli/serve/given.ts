import { parseArgs } from 'node:util'
import { UsageError } from '@tidegauge/otel/usage-error'
import { didYouMean } from '@tidegauge/tools/cli'
import { flagOf, type SettingKey, settingKeys, settings, variableOf } from './settings.ts'

/** The text that was given for a setting, and by which flag or variable. */
export type Given = readonly [SettingKey, { readonly text: string; readonly origin: string }]

/** Reads `TIDEGAUGE_*`. @throws {UsageError} for a variable that is none of ours. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): readonly Given[] {
  const known = new Map(settingKeys.map((key) => [variableOf(key), key]))
  // An empty variable counts as unset, as it does for OTEL_*: compose files pass on what is not there as ''.
  const ours = Object.entries(env).filter(([name, text]) => name.startsWith('TIDEGAUGE_') && text !== '')
  return ours.map(([name, text = '']) => {
    const key = known.get(name)
    if (key === undefined)
      throw new UsageError(
        `${name} is not a variable of tidegauge${didYouMean(name, known.keys())}: unset it, or mend its name`,
      )
    return [key, { text, origin: name }]
  })
}

/** Reads flags. @throws {UsageError} for what is no flag, or lacks its value. */
export function fromFlags(args: readonly string[]): readonly Given[] {
  const options = Object.fromEntries(
    settingKeys.map((key) => [
      flagOf(key).slice(2),
      { type: settings[key].argument ? ('string' as const) : ('boolean' as const), multiple: true },
    ]),
  )
  const values = strictly(() => parseArgs({ args: [...args], options, allowNegative: true }).values)
  return settingKeys.flatMap((key): Given[] => {
    const flag = flagOf(key)
    const [value, ...more] = (values[flag.slice(2)] ?? []) as readonly (string | boolean)[]
    if (more.length > 0) throw new UsageError(`${flag} is given more than once: give it once`)
    return value === undefined ? [] : [[key, { text: String(value), origin: flag }]]
  })
}

/** Puts what `parseArgs` complains of into our words. */
function strictly<Result>(parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const [, name = ''] = /'(-{1,2}[\w-]*|.*?)[ ,'=]/.exec(error.message) ?? []
    if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError(`there is no flag ${name}${didYouMean(name, settingKeys.map(flagOf))}; ${mend}`, {
        cause: error,
      })
    if (error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
      throw new UsageError(`"${name}" belongs to no flag; ${mend}`, { cause: error })
    if (error.code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') throw error
    const key = settingKeys.find((one) => flagOf(one) === name.replace('--no-', '--'))
    const argument = key && settings[key].argument
    throw new UsageError(
      argument
        ? `${name} lacks its value: write ${name}=${argument}`
        : `${name} takes no value: write ${name} alone, or --no-${name.slice(2)}`,
      { cause: error },
    )
  }
}

const mend = 'tidegauge serve --help lists the flags'
