import { readFileSync } from 'node:fs'
import type { SettingPath } from '../files/setting-error.ts'
import { isSecretName, masked, maskedJson } from '../mask.ts'
import type { UsageError } from '../usage-error.ts'
import { parseKeyPairs } from './key-pairs.ts'
import { headersFault } from './otlp-headers.ts'
import type { Config } from './schema.ts'

type MakeError = (path: SettingPath, problem: string, mend: string) => UsageError

/**
 * Checks what no single value shows, and lowers a default timeout to the interval.
 *
 * @throws {UsageError}
 */
export function checkTogether(
  config: Config,
  error: MakeError,
  isGiven: (path: SettingPath) => boolean,
): void {
  const readers = config.meter_provider?.readers ?? []
  checkHistory(config.tidegauge.history, error)
  checkPairs(config.resource.attributes_list, ['resource', 'attributes_list'], error)
  for (const [i, { name, value, type }] of (config.resource.attributes ?? []).entries()) {
    if (value === null || isOfType(value, type)) continue
    const path = ['resource', 'attributes', i, 'value']
    throw error(
      path,
      `is ${isSecretName(name) ? masked : maskedJson(value)}, which is not of type ${type}`,
      'give type the type of the value',
    )
  }
  const [first] = readers.map(({ periodic, pull }) => JSON.stringify((periodic ?? pull)?.cardinality_limits))
  readers.forEach(({ periodic, pull }, i) => {
    const path = ['meter_provider', 'readers', i]
    const kind = periodic ? 'periodic' : 'pull'
    if (JSON.stringify((periodic ?? pull)?.cardinality_limits) !== first) {
      throw error(
        [...path, kind, 'cardinality_limits'],
        'differs from those of the first reader, but readers share their series',
        'give every reader the same limits, or use aggregation_cardinality_limit in views',
      )
    }
    if (periodic === undefined) return
    const { interval, timeout, exporter } = periodic
    if (timeout === 0) {
      throw error(
        [...path, kind, 'timeout'],
        'is 0, no limit, but an export has to end before the next begins',
        `give at most the interval, ${interval}`,
      )
    }
    if (timeout > interval) {
      if (isGiven([...path, kind, 'timeout'])) {
        const mend = `give at most the interval, ${interval}`
        throw error([...path, kind, 'timeout'], `is ${timeout}, longer than the interval`, mend)
      }
      periodic.timeout = interval
    }
    for (const name of ['otlp_http', 'otlp_grpc'] as const) {
      const otlp = exporter[name]
      const tls = otlp?.tls
      if (tls && (tls.key_file === undefined) !== (tls.cert_file === undefined)) {
        throw error(
          [...path, kind, 'exporter', name, 'tls'],
          'has only one of key_file and cert_file',
          'give both or none',
        )
      }
      for (const [key, file] of Object.entries(tls ?? {})) {
        if (typeof file === 'string') checkFile(file, [...path, kind, 'exporter', name, 'tls', key], error)
      }
      checkPairs(otlp?.headers_list, [...path, kind, 'exporter', name, 'headers_list'], error)
      const fault = otlp && headersFault(otlp, name)
      if (fault !== undefined) {
        const key = otlp?.headers_list === undefined ? 'headers' : 'headers_list'
        throw error([...path, kind, 'exporter', name, key], fault, 'correct it, or copy it once more')
      }
    }
  })
}

function checkHistory(
  { ring_interval: ring, snapshot_interval: snapshot, retention }: Config['tidegauge']['history'],
  error: MakeError,
): void {
  const path = (key: string) => ['tidegauge', 'history', key]
  if (snapshot % ring !== 0)
    throw error(
      path('snapshot_interval'),
      `is ${snapshot}, not a multiple of ring_interval, ${ring}`,
      `give ${ring}, ${6 * ring} or another multiple`,
    )
  if (retention < snapshot)
    throw error(
      path('retention'),
      `is ${retention}, less than snapshot_interval, ${snapshot}`,
      'give it in ms: 2592000000 is 30 days',
    )
}

function isOfType(value: unknown, type: AttributeType): boolean {
  const [kind = '', isArray] = type.split('_')
  if (isArray) return Array.isArray(value) && value.every((item) => isOfType(item, kind as AttributeType))
  if (kind === 'int') return Number.isInteger(value)
  return typeof value === { string: 'string', bool: 'boolean', double: 'number' }[kind]
}

type AttributeType = NonNullable<Config['resource']['attributes']>[number]['type']

function checkFile(file: string, path: SettingPath, error: MakeError): void {
  try {
    readFileSync(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw error(path, `cannot be read (${code})`, `correct the path ${file}, or let this user read it`)
  }
}

function checkPairs(text: string | undefined, path: SettingPath, error: MakeError): void {
  if (text === undefined) return
  try {
    parseKeyPairs(text)
  } catch {
    throw error(
      path,
      'is not a list of key=value',
      'write key=value,key2=value2 and percent-encode , = and % in them',
    )
  }
}
