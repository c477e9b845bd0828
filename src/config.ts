import { parseArgs } from 'node:util'
import { didYouMean } from './edge/cli/nearest.ts'
import { type Did, isDid } from './model/did.ts'
import { UsageError } from './model/errors.ts'
import { type LogLevel, logLevels } from './model/log.ts'
import { isNsid } from './model/nsid.ts'
import { decimal, listOf, oneOf, type Setting, serverAddress, truth, Unfit, wholeNumber } from './setting.ts'

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
  /** The address that the API listens on. @default '127.0.0.1' */
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

const settings: { readonly [Key in keyof Config]: Setting<Config[Key]> } = {
  relay: {
    argument: 'URL',
    help: 'Relay or PDS to follow.',
    initial: undefined,
    initially: 'an embedded demo network',
    read: relayAddress,
  },
  plc: {
    argument: 'URL',
    help: 'Directory of DIDs.',
    initial: new URL('https://plc.directory'),
    initially: 'https://plc.directory',
    read: serverAddress(['https:', 'http:']),
  },
  allowLoopback: {
    help: 'Let networks on loopback and plain http in.',
    initial: false,
    read: truth,
  },
  data: { argument: 'DIR', help: 'Folder that everything is kept in.', initial: './data', read: text },
  host: { argument: 'HOST', help: 'Address that the API listens on.', initial: '127.0.0.1', read: hostName },
  port: {
    argument: 'PORT',
    help: 'Port of the API; 0 takes a free one.',
    initial: 3000,
    read: wholeNumber(0, 65535),
  },
  metricsPort: {
    argument: 'PORT',
    help: 'Port of the metrics.',
    initial: undefined,
    initially: '9464',
    read: wholeNumber(0, 65535),
  },
  verify: {
    argument: 'HOW',
    help: 'How much of each commit is verified: full, signature or none.',
    initial: 'full',
    read: oneOf(['full', 'signature', 'none']),
  },
  strict: { help: 'Refuse commits that do not name the tree before them.', initial: false, read: truth },
  from: {
    argument: 'WHERE',
    help: 'Where a first start begins: oldest, live or a sequence number.',
    initial: 'oldest',
    read: position,
  },
  collections: {
    argument: 'LIST',
    help: 'Collections to keep, such as app.bsky.feed.*,app.bsky.graph.follow.',
    initial: [],
    initially: 'all',
    read: listOf(collection),
  },
  dids: { argument: 'LIST', help: 'Repos to keep.', initial: [], initially: 'all', read: listOf(did) },
  demoRate: {
    argument: 'N',
    help: 'Events per second of the demo network.',
    initial: 5,
    read: decimal(0, 100_000),
  },
  highWater: {
    argument: 'N',
    help: 'Entries waiting above which reading pauses.',
    initial: 100_000,
    read: wholeNumber(1, 1_000_000_000),
  },
  logLevel: {
    argument: 'LEVEL',
    help: `Lines below it are not written: ${logLevels.join(', ')}.`,
    initial: 'info',
    read: oneOf(logLevels),
  },
  token: {
    argument: 'TOKEN',
    help: 'What callers of the API have to show; better given as TIDEGAUGE_TOKEN, which other users cannot see.',
    initial: undefined,
    initially: 'none',
    read: bearerToken,
    secret: true,
  },
  rateLimit: {
    argument: 'N',
    help: 'Requests per second that one client may make; 0 sets no limit.',
    initial: 1000,
    read: wholeNumber(0, 1_000_000),
  },
  maxBodyBytes: {
    argument: 'N',
    help: 'Largest body of a request, in bytes.',
    initial: 65_536,
    read: wholeNumber(1, 16_777_216),
  },
}

type Key = keyof Config
type Given = readonly [Key, { readonly text: string; readonly origin: string }]

const entries = Object.entries(settings) as unknown as readonly (readonly [Key, Setting<unknown>])[]
const keys = entries.map(([key]) => key)
const mend = 'tidegauge serve --help lists the flags'

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): readonly Given[] {
  const known = new Map(keys.map((key) => [variableOf(key), key]))
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

function fromFlags(args: readonly string[]): readonly Given[] {
  const options = Object.fromEntries(
    entries.map(([key, { argument }]) => [
      flagOf(key).slice(2),
      { type: argument ? ('string' as const) : ('boolean' as const), multiple: true },
    ]),
  )
  const values = strictly(() => parseArgs({ args: [...args], options, allowNegative: true }).values)
  return keys.flatMap((key): Given[] => {
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
      throw new UsageError(`there is no flag ${name}${didYouMean(name, keys.map(flagOf))}; ${mend}`, {
        cause: error,
      })
    if (error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
      throw new UsageError(`"${name}" belongs to no flag; ${mend}`, { cause: error })
    if (error.code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') throw error
    const key = keys.find((one) => flagOf(one) === name.replace('--no-', '--'))
    const argument = key && settings[key].argument
    throw new UsageError(
      argument
        ? `${name} lacks its value: write ${name}=${argument}`
        : `${name} takes no value: write ${name} alone, or --no-${name.slice(2)}`,
      { cause: error },
    )
  }
}

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

function flagOf(key: Key): string {
  return `--${words(key).join('-').toLowerCase()}`
}

function variableOf(key: Key): string {
  return `TIDEGAUGE_${words(key).join('_').toUpperCase()}`
}

function words(key: Key): readonly string[] {
  return key.split(/(?=[A-Z])/)
}

function text(value: string): string {
  if (value.trim() === '' || value.includes('\0')) throw new Unfit('must not be empty')
  return value
}

/** Takes the addresses of WebSockets as well, since a relay is often named by them. */
function relayAddress(value: string): URL {
  return serverAddress(['https:', 'http:'])(value.replace(/^ws(s?):\/\//i, 'http$1://'))
}

function hostName(value: string): string {
  if (/^[a-zA-Z0-9.-]+$|^[0-9a-fA-F:.]+(%\w+)?$/.test(value)) return value
  throw new Unfit('must be a host or an IP address, such as 127.0.0.1 or 0.0.0.0, without scheme and port')
}

function position(value: string): Config['from'] {
  if (value === 'oldest' || value === 'live') return value
  const seq = Number(value)
  if (/^\d+$/.test(value) && Number.isSafeInteger(seq)) return seq
  throw new Unfit('must be oldest, live or a sequence number')
}

function collection(value: string): string {
  if (value === '*' || isNsid(value.replace(/\.\*$/, '.any.any'))) return value
  throw new Unfit('must name collections, such as app.bsky.feed.post or app.bsky.feed.*')
}

function did(value: string): Did {
  if (isDid(value)) return value
  throw new Unfit('must name DIDs, such as did:plc:ewvi7nxzyoun6zhxrhs64oiz')
}

/** What a bearer token may hold is RFC 6750's choice; its length keeps it from being guessed. */
function bearerToken(value: string): string {
  if (/^[A-Za-z0-9._~+/-]{16,}=*$/.test(value)) return value
  throw new Unfit('must be 16 letters, digits or -._~+/ at least, such as what "openssl rand -hex 16" prints')
}
