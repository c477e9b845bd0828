// `@tidegauge/otel/settings-file`: settings that people write in YAML or JSON, checked against a schema of zod.
import type { z } from 'zod'
import { type CheckOptions, checkSettings } from './check-settings.ts'
import { pathText, type SettingPath, settingError } from './setting-error.ts'
import { readSettingsText, type SettingsText } from './settings-text.ts'
import { readTextFile } from './text-file.ts'

export { readYaml } from './yaml-text.ts'

/** What people write are kilobytes; a long text may be in it. */
const maxBytes = 16 * 1024 * 1024

export interface SettingsOptions {
  /** What errors call the file. @default its path */
  readonly name?: string
  /** Variables that the file may name: `${NAME}`. @default none, a dollar sign is one */
  readonly environment?: NodeJS.ProcessEnv
}

/**
 * Reads a file of settings, and tells where each stands.
 *
 * @throws {UsageError} in one line, when it cannot be read or is not YAML or JSON.
 */
export async function readSettings(
  file: string,
  { name = file, environment }: SettingsOptions = {},
): Promise<SettingsText> {
  return readSettingsText({ name, text: await readTextFile(file, { maxBytes }), environment })
}

/** What a file says, as its schema makes it. */
export interface CheckedSettings<Data> {
  readonly data: Data
  /** Names a key in an error: `file:line: readers[0].interval`, with the line of what should hold it where it is missing. */
  place(path: SettingPath): string
}

/** Reads a file of settings and checks it against a schema. @throws {UsageError} as `readCheckedSettings` does. */
export async function readSettingsFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  options: SettingsOptions & CheckOptions = {},
): Promise<z.output<Schema>> {
  return (await readCheckedSettings(file, schema, options)).data
}

/**
 * Reads a file of settings, checks it against a schema, and tells where each stands: for what a schema cannot check.
 *
 * @throws {UsageError} with one line for the first thing in the file that is wrong: file, line, key, what is wrong, and how
 * to fix it.
 */
export async function readCheckedSettings<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  options: SettingsOptions & CheckOptions = {},
): Promise<CheckedSettings<z.output<Schema>>> {
  const { value, near } = await readSettings(file, options)
  const checked = checkSettings(value, schema, near, options)
  if ('data' in checked) return { data: checked.data, place: (path) => `${near(path)}: ${pathText(path)}` }
  const { path, ...fault } = checked.fault
  throw settingError({ ...fault, key: pathText(path) })
}
