import { isLoopback } from '../loopback.ts'
import type { ConfigSource } from './config-source.ts'
import { overruledVariables, unknownVariables } from './environment.ts'
import type { PipelineFlags } from './pipeline-flags.ts'
import { type Config, otherSections } from './schema.ts'

export interface NoticesContext {
  readonly source: ConfigSource
  readonly environment: NodeJS.ProcessEnv
  /** Undefined where the program has none. */
  readonly flags: PipelineFlags | undefined
}

/** What was set and has no effect, and what it opens to strangers, one line each. */
export function noticesOf(config: Config, { source, environment, flags }: NoticesContext): readonly string[] {
  return [
    ...(source.isFile ? fileNotices(source, environment) : variableNotices(config, environment)),
    ...idleFlags(config, flags),
    ...openEndpoints(config, flags !== undefined),
  ]
}

function fileNotices(source: ConfigSource, environment: NodeJS.ProcessEnv): string[] {
  const sections = otherSections.filter((name) => name in source.value)
  const overruled = overruledVariables(environment)
  const notices = sections.map(
    (name) => `${source.near([name])}: ${name} is not used here: it is not about metrics`,
  )
  if (overruled.length > 0) notices.push(`OTEL_CONFIG_FILE puts out of effect: ${overruled.join(', ')}`)
  if (source.value.meter_provider == null)
    notices.push(`${source.near([])}: nothing is measured without meter_provider`)
  return notices
}

function variableNotices(config: Config, environment: NodeJS.ProcessEnv): string[] {
  const unknown = unknownVariables(environment)
  const notices = unknown.length > 0 ? [`not used, because unknown: ${unknown.join(', ')}`] : []
  if (config.meter_provider === undefined) notices.push('OTEL_METRICS_EXPORTER is none: nothing is exported')
  return notices
}

function idleFlags({ meter_provider: provider }: Config, { port, token }: PipelineFlags = {}): string[] {
  if (provider?.readers.some(({ pull }) => pull !== undefined)) return []
  const given = { '--metrics-port': port, '--metrics-token': token }
  return Object.entries(given).flatMap(([flag, value]) =>
    value === undefined ? [] : [`${flag} has no effect: no reader of the configuration is scraped`],
  )
}

/** Warns of metrics that strangers may read. */
function openEndpoints(
  { meter_provider: provider, disabled, tidegauge }: Config,
  hasFlags: boolean,
): string[] {
  if (disabled || tidegauge.scrape_auth !== undefined) return []
  const endpoints = provider?.readers.flatMap(({ pull }) => pull?.exporter['prometheus/development'] ?? [])
  const open = endpoints?.filter(({ host }) => !isLoopback(host)) ?? []
  const mend = `set ${hasFlags ? '--metrics-token, or ' : ''}tidegauge.scrape_auth in the file that OTEL_CONFIG_FILE names`
  return open.map(({ host, port }) => {
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
    return `everybody who reaches this machine may read the metrics on ${authority}: ${mend}`
  })
}
