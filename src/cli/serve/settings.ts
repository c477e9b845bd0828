import {
  decimal,
  duration,
  type Flag,
  InvalidValue,
  listOf,
  oneOf,
  serverAddress,
  text,
  truth,
  wholeNumber,
} from '@tidegauge/tools/cli'
import type { Config } from '../../config.ts'
import { isCollectionPattern } from '../../model/collection-pattern.ts'
import { type Did, isDid } from '../../model/did.ts'
import { parsePath } from '../../model/field-path.ts'
import { logLevels } from '../../model/log.ts'
import { isNsid } from '../../model/nsid.ts'

/** One thing that can be set: by a flag, by a variable of the same name, or left as it is. */
export interface Setting<Value> extends Omit<Flag<Value>, 'takes'> {
  readonly initial: Value
  /** How the initial value is written in the help, where its text would not explain itself. */
  readonly initially?: string
}

/** How each value of the configuration is given, in the order of the help. */
export const settings: { readonly [Key in keyof Config]: Setting<Config[Key]> } = {
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
    help: 'Accept loopback addresses and plain http.',
    initial: false,
    read: truth,
  },
  data: { argument: 'DIR', help: 'Folder that everything is kept in.', initial: './data', read: text },
  host: {
    argument: 'HOST',
    help: 'Address that the API listens on; beyond this machine, set a token as well.',
    initial: '127.0.0.1',
    read: hostName,
  },
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
  metricsToken: {
    argument: 'TOKEN',
    help: 'Bearer token that scrapes must send; better given as TIDEGAUGE_METRICS_TOKEN.',
    initial: undefined,
    initially: 'none',
    read: bearerToken,
    secret: true,
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
  index: {
    argument: 'LIST',
    help: 'Fields that POST /query may ask for, such as app.bsky.feed.like:subject.uri; \\. is a dot within a key.',
    initial: [],
    initially: 'none',
    read: listOf(field),
  },
  search: {
    argument: 'LIST',
    help: 'Fields whose text is searched, such as app.bsky.feed.post:text; * is any collection.',
    initial: undefined,
    initially: 'what posts and profiles say',
    read: listOf(textField),
  },
  dids: { argument: 'LIST', help: 'Repos to keep.', initial: [], initially: 'all', read: listOf(did) },
  backfill: {
    argument: 'WHICH',
    help: 'Repos to fetch whole: none, those that are seen, or all.',
    initial: undefined,
    initially: 'all of the demo network and of --dids, otherwise none',
    read: oneOf(['none', 'seen', 'all']),
  },
  backfillConcurrency: {
    argument: 'N',
    help: 'Repos fetched at a time.',
    initial: 4,
    read: wholeNumber(1, 256),
  },
  hostConcurrency: {
    argument: 'N',
    help: 'Repos fetched at a time from one host.',
    initial: 2,
    read: wholeNumber(1, 64),
  },
  queueLimit: {
    argument: 'N',
    help: 'Enumeration pauses while more repos than this wait.',
    initial: 10_000_000,
    read: wholeNumber(1, 1_000_000_000),
  },
  maxRepoBytes: {
    argument: 'N',
    help: 'Largest repo that is fetched, in bytes.',
    initial: 4_000_000_000,
    read: wholeNumber(1_000_000, 1_000_000_000_000),
  },
  syncInterval: {
    argument: 'TIME',
    help: 'A repo that nothing confirms for this long is compared with its host.',
    initial: 24 * 3_600_000,
    initially: '24h',
    read: duration,
  },
  handles: {
    argument: 'HOW',
    help: 'Whether handles are checked against their domains: verify or document.',
    initial: undefined,
    initially: 'verify, unless --allow-loopback',
    read: oneOf(['verify', 'document']),
  },
  demoRate: {
    argument: 'N',
    help: 'Events per second of the demo network.',
    initial: 5,
    read: decimal(0, 100_000),
  },
  observers: {
    argument: 'FILE',
    help: 'File of observers: what is done when a record changes; docs/observers.md says how it is written.',
    initial: undefined,
    initially: 'none',
    read: text,
  },
  highWater: {
    argument: 'N',
    help: 'Reading pauses while more entries than this wait.',
    initial: 100_000,
    read: wholeNumber(1, 1_000_000_000),
  },
  logLevel: {
    argument: 'LEVEL',
    help: `Lines below it are not written: ${logLevels.join(', ')}.`,
    initial: 'info',
    read: oneOf(logLevels),
  },
  allowedHosts: {
    argument: 'LIST',
    help: 'Names, besides localhost and --host, that the API may be addressed by.',
    initial: [],
    initially: 'none',
    read: listOf(hostName),
  },
  publicUrl: {
    argument: 'URL',
    help: 'Where others find this node and the records written here, such as https://gauge.example.org.',
    initial: undefined,
    initially: 'nobody else does',
    read: serverAddress(['https:', 'http:']),
  },
  ownDid: {
    argument: 'DID',
    help: 'DID of the records written here.',
    initial: undefined,
    initially: 'did:web of --public-url',
    read: did,
  },
  token: {
    argument: 'TOKEN',
    help: 'Bearer token that callers of the API must send; better given as TIDEGAUGE_TOKEN, which other users cannot see.',
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

export type SettingKey = keyof Config

export const settingKeys = Object.keys(settings) as readonly SettingKey[]

/** `--metrics-port` of `metricsPort`. */
export function flagOf(key: SettingKey): string {
  return `--${words(key).join('-').toLowerCase()}`
}

/** `TIDEGAUGE_METRICS_PORT` of `metricsPort`. */
export function variableOf(key: SettingKey): string {
  return `TIDEGAUGE_${words(key).join('_').toUpperCase()}`
}

function words(key: SettingKey): readonly string[] {
  return key.split(/(?=[A-Z])/)
}

/** Takes the addresses of WebSockets as well, since a relay is often named by them. */
function relayAddress(value: string): URL {
  return serverAddress(['https:', 'http:'])(value.replace(/^ws(s?):\/\//i, 'http$1://'))
}

function hostName(value: string): string {
  if (/^[a-zA-Z0-9.-]+$|^[0-9a-fA-F:.]+(%\w+)?$/.test(value)) return value
  throw new InvalidValue(
    'must be a host or an IP address, such as 127.0.0.1 or 0.0.0.0, without scheme and port',
  )
}

function position(value: string): Config['from'] {
  if (value === 'oldest' || value === 'live') return value
  const seq = Number(value)
  if (/^\d+$/.test(value) && Number.isSafeInteger(seq)) return seq
  throw new InvalidValue('must be oldest, live or a sequence number')
}

function collection(value: string): string {
  if (isCollectionPattern(value)) return value
  throw new InvalidValue('must name collections, such as app.bsky.feed.post or app.bsky.feed.*')
}

function field(value: string): Config['index'][number] {
  const [collection = '', path = '', ...more] = value.split(':')
  const keys = parsePath(path)
  if (keys === undefined) {
    throw new InvalidValue(
      'must name fields with no other backslash than before a dot or a backslash: \\. is a dot within a key, \\\\ a backslash',
    )
  }
  const isPath = keys.every((key) => /^\S+$/.test(key))
  if (isNsid(collection) && isPath && more.length === 0) return { collection, path }
  throw new InvalidValue('must name fields as COLLECTION:PATH, such as app.bsky.feed.like:subject.uri')
}

function textField(value: string): NonNullable<Config['search']>[number] {
  return value.startsWith('*:')
    ? { collection: '*', path: field(`a.b.c${value.slice(1)}`).path }
    : field(value)
}

function did(value: string): Did {
  if (isDid(value)) return value
  throw new InvalidValue('must name DIDs, such as did:plc:ewvi7nxzyoun6zhxrhs64oiz')
}

/** What a bearer token may hold is RFC 6750's choice; its length keeps it from being guessed. */
function bearerToken(value: string): string {
  if (/^[A-Za-z0-9._~+/-]{16,}=*$/.test(value)) return value
  throw new InvalidValue(
    'must be 16 letters, digits or -._~+/ at least, such as what "openssl rand -hex 16" prints',
  )
}
