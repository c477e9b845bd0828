import { pathText, type SettingPath, settingError } from '../files/setting-error.ts'
import { type ConfigSource, setAt } from './config-source.ts'

/** The environment of this process. Nothing else in the pipeline reads it. */
export function processEnvironment(): NodeJS.ProcessEnv {
  return process.env
}

/**
 * Reads the standard variables into the form of the declarative configuration. A variable that is empty counts as
 * not set, as the standard says.
 *
 * @throws {UsageError} for a value that does not mean anything.
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): ConfigSource {
  const value: Record<string, unknown> = { file_format: '1.0' }
  const origins = new Map<string, string>()
  const variables = new Variables(environment)
  const set = (path: SettingPath, found: Found | undefined) => {
    if (found === undefined) return
    setAt(value, path, found.value)
    origins.set(pathText(path), found.variable)
  }

  set(['disabled'], variables.boolean('OTEL_SDK_DISABLED'))
  set(['log_level'], variables.word('OTEL_LOG_LEVEL'))
  set(['resource', 'attributes_list'], variables.text('OTEL_RESOURCE_ATTRIBUTES'))
  const serviceName = variables.text('OTEL_SERVICE_NAME')
  if (serviceName !== undefined) {
    set(['resource', 'attributes', 0, 'name'], { ...serviceName, value: 'service.name' })
    set(['resource', 'attributes', 0, 'value'], serviceName)
  }
  set(['meter_provider', 'exemplar_filter'], variables.word('OTEL_METRICS_EXEMPLAR_FILTER'))
  const exporters = exporterNames(variables)
  exporters.forEach(({ value: name }, i) => {
    const reader = ['meter_provider', 'readers', i]
    for (const [path, found] of readerSettings(name as ExporterName, variables))
      set([...reader, ...path], found)
  })
  if (exporters.length === 0) delete value.meter_provider

  const where = (path: SettingPath) => origins.get(pathText(path))
  return { value, where, near: () => 'OTEL_METRICS_EXPORTER', isFile: false }
}

/** Variables of the standard that concern metrics and are not known here. */
export function unknownVariables(environment: NodeJS.ProcessEnv): readonly string[] {
  const ours = /^OTEL_(METRIC|EXPORTER_PROMETHEUS|EXPORTER_OTLP|SERVICE|RESOURCE|SDK)/
  const elsewhere = /^OTEL_EXPORTER_OTLP_(TRACES|LOGS|PROFILES)_/
  return Object.keys(environment).filter(
    (name) => ours.test(name) && !elsewhere.test(name) && !knownVariables.has(name),
  )
}

/** Variables that a configuration file puts out of effect. */
export function overruledVariables(environment: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(environment).filter((name) => knownVariables.has(name) && environment[name])
}

type ExporterName = 'prometheus' | 'otlp' | 'console'

interface Found {
  readonly variable: string
  readonly value: unknown
}

type Settings = readonly (readonly [SettingPath, Found | undefined])[]

/** Without the variable it is `prometheus`, where the standard says `otlp`. */
function exporterNames(variables: Variables): readonly Found[] {
  const found = variables.text('OTEL_METRICS_EXPORTER')
  if (found === undefined) return [{ variable: 'OTEL_METRICS_EXPORTER', value: 'prometheus' }]
  const names = found.value.split(',').map((name) => name.trim().toLowerCase())
  const wrong = names.find((name) => !['prometheus', 'otlp', 'console', 'none'].includes(name))
  const where = 'OTEL_METRICS_EXPORTER'
  const mend = 'use prometheus, otlp, console, or several of them with commas, or none alone'
  if (wrong !== undefined) {
    const problem = names.length > 1 ? 'names an exporter that is not known' : 'is not a known exporter'
    throw settingError({ where, problem: `"${found.value}" ${problem}`, mend })
  }
  if (new Set(names).size < names.length || (names.includes('none') && names.length > 1)) {
    throw settingError({ where, problem: `"${found.value}" contradicts itself`, mend })
  }
  return names.filter((name) => name !== 'none').map((value) => ({ variable: where, value }))
}

function readerSettings(name: ExporterName, variables: Variables): Settings {
  if (name === 'prometheus') {
    const exporter = ['pull', 'exporter', 'prometheus/development']
    return [
      [exporter, { variable: 'OTEL_METRICS_EXPORTER', value: {} }],
      [[...exporter, 'host'], variables.text('OTEL_EXPORTER_PROMETHEUS_HOST')],
      [[...exporter, 'port'], variables.integer('OTEL_EXPORTER_PROMETHEUS_PORT')],
    ]
  }
  const exporter = name === 'console' ? consoleSettings : otlpSettings(variables)
  return [
    [['periodic', 'interval'], variables.integer('OTEL_METRIC_EXPORT_INTERVAL')],
    [['periodic', 'timeout'], variables.integer('OTEL_METRIC_EXPORT_TIMEOUT')],
    ...exporter.map(([path, found]) => [['periodic', 'exporter', ...path], found] as const),
  ]
}

const consoleSettings: Settings = [[['console'], { variable: 'OTEL_METRICS_EXPORTER', value: {} }]]

function otlpSettings(variables: Variables): Settings {
  const protocol = variables.otlp('PROTOCOL', 'text')
  const chosen = protocol?.value ?? 'http/protobuf'
  if (!['grpc', 'http/protobuf', 'http/json'].includes(chosen)) {
    const mend = 'use http/protobuf, http/json or grpc'
    throw settingError({
      where: protocol?.variable ?? '',
      problem: `"${chosen}" is not a known protocol`,
      mend,
    })
  }
  const grpc = chosen === 'grpc'
  const name = grpc ? 'otlp_grpc' : 'otlp_http'
  const settings: [string, Found | undefined][] = [
    ['endpoint', grpc ? variables.otlp('ENDPOINT', 'text') : httpEndpoint(variables)],
    ['headers_list', variables.otlp('HEADERS', 'text')],
    ['compression', variables.otlp('COMPRESSION', 'word')],
    ['timeout', variables.otlp('TIMEOUT', 'integer')],
    ['temporality_preference', temporality(variables)],
    [
      'default_histogram_aggregation',
      variables.word('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION'),
    ],
  ]
  if (!grpc && protocol) {
    settings.push(['encoding', { ...protocol, value: chosen === 'http/json' ? 'json' : 'protobuf' }])
  }
  const tls: [string, Found | undefined][] = [
    ['ca_file', variables.otlp('CERTIFICATE', 'text')],
    ['key_file', variables.otlp('CLIENT_KEY', 'text')],
    ['cert_file', variables.otlp('CLIENT_CERTIFICATE', 'text')],
  ]
  if (grpc) tls.push(['insecure', variables.otlp('INSECURE', 'boolean')])
  return [
    [[name], { variable: protocol?.variable ?? 'OTEL_METRICS_EXPORTER', value: {} }],
    ...settings.map(([key, found]) => [[name, key], found] as const),
    ...tls.map(([key, found]) => [[name, 'tls', key], found] as const),
  ]
}

/** The general endpoint is a base, the one for metrics is used as it is. */
function httpEndpoint(variables: Variables): Found | undefined {
  const own = variables.text('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT')
  const base = variables.text('OTEL_EXPORTER_OTLP_ENDPOINT')
  if (own !== undefined || base === undefined) return own
  return { ...base, value: `${base.value.replace(/\/$/, '')}/v1/metrics` }
}

function temporality(variables: Variables): Found | undefined {
  const found = variables.word('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE')
  return found?.value === 'lowmemory' ? { ...found, value: 'low_memory' } : found
}

/** Reads single variables and says what is wrong with them. */
class Variables {
  readonly #environment: NodeJS.ProcessEnv

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment
  }

  text(variable: string): { variable: string; value: string } | undefined {
    const value = this.#environment[variable]?.trim()
    return value ? { variable, value } : undefined
  }

  /** One of several words, in whatever case. */
  word(variable: string): { variable: string; value: string } | undefined {
    const found = this.text(variable)
    return found && { variable, value: found.value.toLowerCase() }
  }

  integer(variable: string): Found | undefined {
    const found = this.text(variable)
    if (found === undefined || /^\d+$/.test(found.value))
      return found && { variable, value: Number(found.value) }
    throw settingError({
      where: variable,
      problem: `"${found.value}" is not a whole number`,
      mend: 'write digits only',
    })
  }

  boolean(variable: string): Found | undefined {
    const found = this.word(variable)
    if (found === undefined || ['true', 'false'].includes(found.value)) {
      return found && { variable, value: found.value === 'true' }
    }
    throw settingError({ where: variable, problem: `is "${found.value}"`, mend: 'use true or false' })
  }

  /** The variable for metrics, or else the one for all signals. */
  otlp(name: string, kind: 'text' | 'word'): { variable: string; value: string } | undefined
  otlp(name: string, kind: 'integer' | 'boolean'): Found | undefined
  otlp(name: string, kind: 'text' | 'word' | 'integer' | 'boolean'): Found | undefined {
    return this[kind](`OTEL_EXPORTER_OTLP_METRICS_${name}`) ?? this[kind](`OTEL_EXPORTER_OTLP_${name}`)
  }
}

const otlpVariables = [
  'ENDPOINT',
  'PROTOCOL',
  'HEADERS',
  'COMPRESSION',
  'TIMEOUT',
  'CERTIFICATE',
  'CLIENT_KEY',
  'CLIENT_CERTIFICATE',
  'INSECURE',
]

/** Every variable of the standard that has an effect here. */
export const knownVariables: ReadonlySet<string> = new Set([
  'OTEL_SDK_DISABLED',
  'OTEL_LOG_LEVEL',
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_METRICS_EXPORTER',
  'OTEL_METRICS_EXEMPLAR_FILTER',
  'OTEL_METRIC_EXPORT_INTERVAL',
  'OTEL_METRIC_EXPORT_TIMEOUT',
  'OTEL_EXPORTER_PROMETHEUS_HOST',
  'OTEL_EXPORTER_PROMETHEUS_PORT',
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  ...otlpVariables.flatMap((name) => [`OTEL_EXPORTER_OTLP_${name}`, `OTEL_EXPORTER_OTLP_METRICS_${name}`]),
])
