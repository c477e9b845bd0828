import { basename } from 'node:path'
import { settingError } from '../files/setting-error.ts'
import { readSettings } from '../files/settings-file.ts'
import type { ConfigSource } from './config-source.ts'

/**
 * Reads a declarative configuration file and puts the variables in.
 *
 * @throws {UsageError} when it cannot be read, is not YAML, says a key twice, or names a variable that is not set.
 */
export async function readFile(file: string, environment: NodeJS.ProcessEnv): Promise<ConfigSource> {
  const { value, where, near } = await readSettings(file, { name: basename(file), environment })
  if (!hasKeys(value))
    throw settingError({
      where: near([]),
      problem: 'holds no settings',
      mend: 'begin it with file_format: "1.0"',
    })
  return { value, where, near, isFile: true }
}

function hasKeys(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
}
