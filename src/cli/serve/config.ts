import { UsageError } from '@tidegauge/otel/usage-error'
import type { Did } from '../../model/did.ts'
import type { LogLevel } from '../../model/log.ts'
import type { Nsid } from '../../model/nsid.ts'
import { fromEnvironment, fromFlags } from './given.ts'
import { type Setting, Unfit } from './setting.ts'
import { flagOf, settingKeys, settings, variableOf } from './settings.ts'

/** What this service is told by flags and by `TIDEGAUGE_*` variables; `OTEL_*` is the pipeline's. */
export interface Config {
  /** The relay or PDS to follow; without one the demo network runs inside. Its scheme is `http:` or `https:`. */
  readonly relay: URL | undefined
  /** The directory of `did:plc` identifiers. @default https://plc.directory */
  readonly plc: URL
  /** Lets addresses on loopback, and plain http, in. @default false */
  readonly allowLoopback: boolean
  /** The folder that everything is kept in. @default './data' */
  readonly data: string
  /** The address that the API listens on. Opened without a `token`, everybody it reaches may read. @default '127.0.0.1' */
  readonly host: string
  /** The port of the API; 0 takes any that is free. @default 3000 */
  readonly port: number
  /** The port of the scrape endpoint; undefined leaves it to `OTEL_*`, and in the end to 9464. */
  readonly metricsPort: number | undefined
  /** How much of each commit is verified. @default 'full' */
  readonly verify: 'full' | 'signature' | 'none'
  /** Refuses commits that do not name the tree before them (`prevData`). @default false */
  readonly strict: boolean
  /** Where a stream without a stored cursor begins. @default 'oldest' */
  readonly from: 'oldest' | 'live' | number
  /** Collections to keep, `app.bsky.feed.*` meaning all below; empty means all there are. @default [] */
  readonly collections: readonly string[]
  /** Fields that queries may ask for with `where`; built anew when they change. @default [] */
  readonly index: readonly { readonly collection: Nsid; readonly path: string }[]
  /** Fields whose text is searched; built anew when they change. @default text of posts, name and description of profiles */
  readonly search: readonly { readonly collection: Nsid | '*'; readonly path: string }[] | undefined
  /** Repos to keep; empty means all there are. @default [] */
  readonly dids: readonly Did[]
  /** Events per second that the demo network makes. @default 5 */
  readonly demoRate: number
  /** Entries in a stream above which reading pauses. @default 100_000 */
  readonly highWater: number
  /** @default 'info' */
  readonly logLevel: LogLevel
  /** What a caller of the API has to show; undefined lets everybody read. */
  readonly token: string | undefined
  /** Requests per second that one client may make, in the long run; 0 sets no limit. @default 1000 */
  readonly rateLimit: number
  /** Largest body of a request, in bytes. @default 65_536 */
  readonly maxBodyBytes: number
}

/** Where each value came from: `default`, `--port` or `TIDEGAUGE_PORT`. */

export type Origins = { readonly [Key in keyof Config]: string }

export interface LoadedConfig {
  readonly config: Config
  readonly origins: Origins
}

/**
 * Reads the configuration; a flag wins over its variable.
 *
 * @throws {UsageError} saying in one line which flag or variable is wrong and how to mend it.
 */
export function loadConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): LoadedConfig {
  const given = new Map([...fromEnvironment(env), ...fromFlags(args)])
  const loaded = Object.fromEntries(
    entries.map(([key, setting]) => {
      const { text, origin } = given.get(key) ?? { origin: 'default' }
      return [key, { origin, value: text === undefined ? setting.initial : read(setting, text, origin) }]
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
    const hidden = secret && value !== undefined ? '(hidden)' : value instanceof URL ? value.origin : value
    return [key, { value: hidden ?? null, origin: origins[key] }]
  }
  return Object.fromEntries(entries.map(shown))
}

/** The list of flags for the help of a command. */
export function flagsHelp(): string {
  const rows = entries.map(([key, { argument, help, initial, initially }]) => {
    const text = initially ?? (argument && initial !== undefined ? String(initial) : undefined)
    return { flag: `${flagOf(key)}${argument ? ` ${argument}` : ''}`, help, text }
  })
  const width = Math.max(...rows.map(({ flag }) => flag.length))
  const lines = rows.map(
    ({ flag, help, text }) => `  ${flag.padEnd(width)}  ${help}${text ? ` [${text}]` : ''}`,
  )
  const more = `Each has a variable as well: ${flagOf('metricsPort')} is ${variableOf('metricsPort')}. Flags win.\nThe standard OTEL_* variables say where the metrics go.`
  return ['Flags:', ...lines, '', more].join('\n')
}

const entries = settingKeys.map((key): readonly [keyof Config, Setting<unknown>] => [key, settings[key]])

function read(setting: Setting<unknown>, text: string, origin: string): unknown {
  try {
    return setting.read(text)
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    const shown = setting.secret ? '' : ` is ${JSON.stringify(text)}, but`
    throw new UsageError(`${origin}${shown} ${error.message}`, { cause: error })
  }
}

/** Refuses values that are fine alone and not beside each other. */
function checkTogether({ port, metricsPort }: Config, origins: Origins): void {
  if (port !== 0 && port === metricsPort)
    throw new UsageError(
      `${origins.metricsPort} is ${metricsPort}, the port of the API${origins.port === 'default' ? '' : ` (${origins.port})`}: give them different ports`,
    )
}
