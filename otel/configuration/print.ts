import { type ConfigurationOptions, readConfiguration } from './configuration.ts'
import type { Setting } from './settings.ts'

/**
 * Checks a configuration file without starting anything.
 *
 * @returns what in it has no effect, one line each.
 * @throws {UsageError} saying file, line, key, what is wrong and how to mend it.
 */
export async function checkConfig(file: string, options: ConfigurationOptions): Promise<readonly string[]> {
  const environment = { ...options.environment, OTEL_CONFIG_FILE: file }
  return (await readConfiguration({ ...options, environment })).notices
}

/**
 * Writes the effective configuration, one value and its origin a line; secrets are masked.
 *
 * @throws {UsageError} when it cannot take effect.
 */
export async function printConfig(options: ConfigurationOptions): Promise<string> {
  return formatSettings(await effectiveSettings(options))
}

/**
 * The effective configuration, each value with its origin; secrets are masked.
 *
 * @throws {UsageError} when it cannot take effect.
 */
export async function effectiveSettings(options: ConfigurationOptions): Promise<readonly Setting[]> {
  return (await readConfiguration(options)).settings
}

export function formatSettings(settings: readonly Setting[]): string {
  const lines = settings.map(({ key, value }) => `${key}: ${value}`)
  const width = Math.min(80, Math.max(...lines.map((line) => line.length)))
  return lines.map((line, i) => `${line.padEnd(width)}  # ${settings[i]?.origin}\n`).join('')
}
