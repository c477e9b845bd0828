import type { PipelineFlags } from '@tidegauge/otel'
import { masked, maskedJson } from '@tidegauge/otel/mask'
import { UsageError } from '@tidegauge/otel/usage-error'
import { didYouMean, type Flags, flagsHelp, readTexts, readValue } from '@tidegauge/tools/cli'
import type { Config, LoadedConfig, Origins } from '../../config.ts'
import { whyNoWebDid } from '../../model/web-did.ts'
import { flagOf, type Setting, type SettingKey, settingKeys, settings, variableOf } from './settings.ts'

/**
 * Reads the configuration; a flag wins over its variable.
 *
 * @throws {UsageError} saying in one line which flag or variable is wrong and how to mend it.
 */
export function loadConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): LoadedConfig {
  const typed = new Map([...fromEnvironment(env), ...fromFlags(args)])
  const loaded = Object.fromEntries(
    entries.map(([key, setting]) => {
      const { text, origin } = typed.get(key) ?? { origin: 'default' }
      return [key, { origin, value: text === undefined ? setting.initial : readValue(origin, setting, text) }]
    }),
  )
  const pick = (part: 'value' | 'origin') =>
    Object.fromEntries(Object.entries(loaded).map(([key, one]) => [key, one[part]]))
  const config = pick('value') as unknown as Config
  const origins = pick('origin') as unknown as Origins
  checkTogether(config, origins)
  return { config, origins }
}

/** Every value with its origin, as it may be shown: secrets are masked. */
export function shownConfig({
  config,
  origins,
}: LoadedConfig): Record<string, { value: unknown; origin: string }> {
  const shown = ([key, { secret }]: (typeof entries)[number]) => {
    const value = config[key]
    const hidden = secret && value !== undefined ? masked : shownValue(value)
    return [key, { value: hidden ?? null, origin: origins[key] }]
  }
  return Object.fromEntries(entries.map(shown))
}

/** As JSON would have it, with what nobody should see masked. */
function shownValue(value: unknown): unknown {
  if (value instanceof URL) return value.origin
  return value === undefined ? undefined : JSON.parse(maskedJson(value))
}

/** What was said for the API's host holds for the metrics as well, unless nothing was said. */
export function metricsFlags({ config, origins }: LoadedConfig): PipelineFlags {
  const host = origins.host === 'default' ? undefined : config.host
  return { host, port: config.metricsPort, token: config.metricsToken }
}

/** The list of flags for the help of a command. */
export function configHelp(): string {
  const more = `Each has a variable as well: ${flagOf('metricsPort')} is ${variableOf('metricsPort')}. Flags win.\nThe standard OTEL_* variables say where the metrics go.`
  return `${flagsHelp(flags)}\n\n${more}`
}

const entries = settingKeys.map((key): readonly [SettingKey, Setting<unknown>] => [key, settings[key]])

/** The settings as flags, with what holds when they are not given. */
export const flags: Flags = Object.fromEntries(
  entries.map(([key, { argument, help, initial, initially, read }]) => {
    const text = initially ?? (argument && initial !== undefined ? String(initial) : undefined)
    const flag = { ...(argument && { argument }), help: `${help}${text ? ` [${text}]` : ''}`, read }
    return [flagOf(key).slice(2), flag]
  }),
)

/** What was typed for a setting, and after which flag or in which variable. */
type Typed = readonly [SettingKey, { readonly text: string; readonly origin: string }]

/** Reads `TIDEGAUGE_*`. @throws {UsageError} for a variable that is not one of ours. */
function fromEnvironment(env: Readonly<Record<string, string | undefined>>): readonly Typed[] {
  const known = new Map(settingKeys.map((key) => [variableOf(key), key]))
  // An empty variable counts as unset, as it does for OTEL_*: compose files pass on what is not there as ''.
  const ours = Object.entries(env).filter(([name, text]) => name.startsWith('TIDEGAUGE_') && text !== '')
  return ours.map(([name, text = '']) => {
    const key = known.get(name)
    if (key === undefined)
      throw new UsageError(
        `${name} is not a variable of tidegauge${didYouMean(name, known.keys())}: unset it, or correct its name`,
      )
    return [key, { text, origin: name }]
  })
}

function fromFlags(args: readonly string[]): readonly Typed[] {
  const { texts } = readTexts({ command: 'tidegauge serve', flags, args })
  return settingKeys.flatMap((key): Typed[] => {
    const text = texts.get(flagOf(key).slice(2))?.[0]?.[0]
    return text === undefined ? [] : [[key, { text, origin: flagOf(key) }]]
  })
}

/** Refuses values that are fine alone and not beside each other. */
function checkTogether(config: Config, origins: Origins): void {
  const { port, metricsPort, publicUrl, ownDid } = config
  const why = publicUrl && ownDid === undefined ? whyNoWebDid(publicUrl) : undefined
  if (why !== undefined)
    throw new UsageError(
      `${origins.publicUrl} is ${publicUrl?.origin}, and no did:web can be made of it, since ${why}: name another address, or a DID with ${flagOf('ownDid')}`,
    )
  if (port !== 0 && port === metricsPort)
    throw new UsageError(
      `${origins.metricsPort} is ${metricsPort}, the port of the API${origins.port === 'default' ? '' : ` (${origins.port})`}: give them different ports`,
    )
}
