import { checkSettings } from '../files/check-settings.ts'
import { pathText, type SettingPath, settingAt, settingError } from '../files/setting-error.ts'
import type { UsageError } from '../usage-error.ts'
import { type ConfigSource, setAt } from './config-source.ts'
import { readEnvironment } from './environment.ts'
import { noticesOf } from './notices.ts'
import type { PipelineFlags } from './pipeline-flags.ts'
import { type Config, configSchema } from './schema.ts'
import { checkTogether } from './schema-together.ts'
import { isSecret, type Setting, settingsOf } from './settings.ts'

export interface ConfigurationOptions {
  /** Used where no configuration names the service. */
  readonly service: { readonly name: string; readonly version: string }
  readonly environment: NodeJS.ProcessEnv
  readonly flags?: PipelineFlags | undefined
  /** Of `tidegauge.history`, where the configuration does not say. @default not enabled */
  readonly history?: HistoryDefaults | undefined
}

export interface HistoryDefaults {
  readonly enabled?: boolean
  /** Path of an SQLite file; made if it is missing. */
  readonly file?: string
}

/** What holds, and where each part of it came from. */
export interface Configuration {
  readonly config: Config
  /** Every value, with its origin; secrets are masked. */
  readonly settings: readonly Setting[]
  /** What was set and has no effect, and what it opens to strangers, one line each. */
  readonly notices: readonly string[]
  /** Where to look for a value: `file:line`, a variable or a flag. */
  readonly where: (path: SettingPath) => string
  /** Makes the error for a value that turned out to be unusable. */
  readonly error: (path: SettingPath, problem: string, mend: string, cause?: unknown) => UsageError
}

/**
 * Reads the file that `OTEL_CONFIG_FILE` names, or else the other variables; a file puts them out of effect.
 *
 * @throws {UsageError} for whatever cannot take effect.
 */
export async function readConfiguration({
  service,
  environment,
  flags,
  history,
}: ConfigurationOptions): Promise<Configuration> {
  const file = environment.OTEL_CONFIG_FILE?.trim()
  const read = file ? await readFile(file, environment) : readEnvironment(environment)
  const source = withHistory(withService(withFlags(read, flags ?? {}), service), history ?? {})
  const config = check(source)
  const where = (path: SettingPath) => source.where(path) ?? source.near(path)
  const error: Configuration['error'] = (path, problem, mend, cause) => {
    const origin = where(path)
    // A variable or a flag is its own key.
    const key = source.isFile && origin.includes(':') ? pathText(path) : undefined
    return settingError({ where: origin, key, problem, mend, cause })
  }
  checkTogether(config, error, (path) => source.where(path) !== undefined)
  return {
    config,
    settings: settingsOf(config, (path) => source.where(path) ?? 'default'),
    notices: noticesOf(config, { source, environment, flags }),
    where,
    error,
  }
}

/** Loads the reader of YAML only for those who have a file. */
async function readFile(file: string, environment: NodeJS.ProcessEnv): Promise<ConfigSource> {
  const { readFile: read } = await import('./file.ts')
  return read(file, environment)
}

/** Flags go to the first Prometheus reader; two cannot listen on one port. */
function withFlags(source: ConfigSource, { host, port, token }: PipelineFlags): ConfigSource {
  const readers = settingAt(source.value, ['meter_provider', 'readers'])
  const first = Array.isArray(readers) ? readers.findIndex((reader) => isPrometheus(reader)) : -1
  if (first === -1) return source
  const exporter = ['meter_provider', 'readers', first, 'pull', 'exporter', 'prometheus/development']
  const overlay: [SettingPath, unknown, string][] = []
  if (host !== undefined) overlay.push([[...exporter, 'host'], host, '--host'])
  if (port !== undefined) overlay.push([[...exporter, 'port'], port, '--metrics-port'])
  const auth = ['tidegauge', 'scrape_auth']
  if (token !== undefined)
    overlay.push([auth, {}, '--metrics-token'], [[...auth, 'bearer_token'], token, '--metrics-token'])
  return overlaid(source, overlay)
}

function isPrometheus(reader: unknown): boolean {
  const exporter = settingAt(reader, ['pull', 'exporter'])
  return typeof exporter === 'object' && exporter !== null && 'prometheus/development' in exporter
}

/** Names the service where the configuration does not. */
function withService(source: ConfigSource, service: ConfigurationOptions['service']): ConfigSource {
  const attributes = settingAt(source.value, ['resource', 'attributes']) ?? []
  const list = settingAt(source.value, ['resource', 'attributes_list']) ?? ''
  if (!Array.isArray(attributes) || typeof list !== 'string') return source
  const named = new Set(attributes.map((attribute) => settingAt(attribute, ['name'])))
  for (const pair of list.split(',')) named.add(pair.split('=', 1)[0]?.trim())
  const missing = [
    { name: 'service.name', value: service.name },
    { name: 'service.version', value: service.version },
  ].filter(({ name }) => !named.has(name))
  return overlaid(
    source,
    missing.map((attribute, i) => [['resource', 'attributes', attributes.length + i], attribute, undefined]),
  )
}

/** Whether a history is kept, and where, as far as the configuration does not say. */
function withHistory(source: ConfigSource, history: HistoryDefaults): ConfigSource {
  const given = Object.entries(history).map(([key, value]) => [['tidegauge', 'history', key], value] as const)
  const missing = given.filter(([path]) => settingAt(source.value, path) == null)
  return overlaid(
    source,
    missing.map(([path, value]) => [path, value, undefined]),
  )
}

/** Whether nothing stands where the parts of a path should be; what does is a fault, and told when it is checked. */
function hasRoom(value: unknown, path: SettingPath): boolean {
  return path.every((_, index) => {
    const part = settingAt(value, path.slice(0, index + 1))
    return part === undefined || typeof part === 'object'
  })
}

function overlaid(
  source: ConfigSource,
  overlay: readonly (readonly [SettingPath, unknown, string | undefined])[],
): ConfigSource {
  const origins = new Map(overlay.map(([path, , origin]) => [pathText(path), origin]))
  for (const [path, value] of overlay) {
    // A key may have no value: `prometheus/development:`.
    const parent = path.slice(0, -1)
    if (!hasRoom(source.value, parent)) continue
    if (settingAt(source.value, parent) === null) setAt(source.value, parent, {})
    setAt(source.value, path, value)
  }
  const where = (path: SettingPath) =>
    origins.has(pathText(path)) ? origins.get(pathText(path)) : source.where(path)
  return { ...source, where, near: (path) => where(path) ?? source.near(path) }
}

function check(source: ConfigSource): Config {
  const checked = checkSettings(source.value, configSchema, source.near, { isSecret })
  if ('data' in checked) return checked.data
  const { path, ...fault } = checked.fault
  throw settingError({ ...fault, key: source.isFile ? pathText(path) : undefined })
}
