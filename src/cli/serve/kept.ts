import { keptConfigPath, readKeptConfig } from '../../compose/kept-config.ts'
import type { ChangeableSettings } from '../../compose/live-config.ts'
import type { LoadedConfig } from '../../config.ts'
import { type ChangeableKey, changeableKeys } from '../../edge/contract/config.ts'

/** A configuration with what `PATCH /config` has kept. */
export interface ConfigWithKept extends LoadedConfig {
  /** What was kept, and the origin of the value that it replaces. */
  readonly kept: readonly { readonly key: ChangeableKey; readonly replaces: string }[]
}

/**
 * Adds what is kept in the data folder: it was asked for later than any flag, and to outlive a restart.
 *
 * @throws {SetupError} when what is kept cannot be read.
 */
export async function withKept({ config, origins }: LoadedConfig): Promise<ConfigWithKept> {
  const values = await readKeptConfig(config.data)
  const keys = changeableKeys.filter((key) => values[key] !== undefined)
  const path = keptConfigPath(config.data)
  return {
    config: { ...config, ...values },
    origins: { ...origins, ...Object.fromEntries(keys.map((key) => [key, path])) },
    kept: keys.map((key) => ({ key, replaces: origins[key] })),
  }
}

/** What may change while the service runs, and where it came from. */
export function changeableSettings({ config, origins }: LoadedConfig): ChangeableSettings {
  return Object.fromEntries(
    changeableKeys.map((key) => [key, { value: config[key], origin: origins[key] }]),
  ) as unknown as ChangeableSettings
}
