import type { Configuration } from '../../configuration/configuration.ts'
import type { PeriodicConfig } from '../../configuration/schema-readers.ts'
import type { SettingPath } from '../../files/setting-error.ts'
import { MissingPackageError } from '../../optional-package.ts'
import type { ConfiguredReader, ReaderEvents } from './configured-reader.ts'
import { pullReader } from './pull-reader.ts'
import { pushReader } from './push-reader.ts'

/**
 * Makes the readers of a configuration; none has started.
 *
 * @param besides how many other readers there will be.
 * @throws {UsageError} when a file that one needs cannot be read, or a package is not installed.
 */
export async function createReaders(
  configuration: Configuration,
  events: ReaderEvents,
  { besides = 0 }: { readonly besides?: number } = {},
): Promise<ConfiguredReader[]> {
  const readers = configuration.config.meter_provider?.readers ?? []
  const isAlone = readers.length + besides === 1
  const made: ConfiguredReader[] = []
  for (const [i, { periodic, pull }] of readers.entries()) {
    const path: SettingPath = ['meter_provider', 'readers', i]
    if (pull) made.push(pullReader(pull, { path, configuration, events, isAlone }))
    else made.push(await configuredPushReader(periodic as PeriodicConfig, path, configuration, events))
  }
  return made
}

async function configuredPushReader(
  periodic: PeriodicConfig,
  path: SettingPath,
  { error }: Configuration,
  events: ReaderEvents,
): Promise<ConfiguredReader> {
  try {
    return await pushReader(periodic, events)
  } catch (cause) {
    const exporter = [...path, 'periodic', 'exporter']
    if (cause instanceof MissingPackageError) {
      const mend = `npm install ${cause.packageName}`
      throw error([...exporter, 'otlp_grpc'], 'needs a package that is not installed', mend, cause)
    }
    throw error(exporter, (cause as Error).message, 'correct the path, or make the file readable', cause)
  }
}
