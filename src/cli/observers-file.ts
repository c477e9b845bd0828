import { dirname, resolve } from 'node:path'
import { readSettingsFile } from '@tidegauge/otel/settings-file'
import { kindOf, type ObserversFile, observersFileSchema } from '../flow/observers/definition.ts'
import type { ShownObserver } from '../flow/observers/shown.ts'

/** A file of observers, as it was read. */
export interface LoadedObservers {
  readonly path: string
  readonly file: ObserversFile
  /** Where it lies: modules of custom actions are named from there. */
  readonly folder: string
}

/**
 * Reads a file of observers; `${NAME}` stands for a variable of the environment.
 *
 * @throws {UsageError} with one line for the first thing that is wrong: file, line, key, what is wrong, how to fix it.
 */
export async function readObservers(path: string): Promise<LoadedObservers> {
  const file = await readSettingsFile(path, observersFileSchema, { environment: process.env })
  return { path, file, folder: dirname(resolve(path)) }
}

/** What of the observers a node may be asked about: nothing that its actions are told, such as secrets. */
export function shownObservers({ file }: LoadedObservers): readonly ShownObserver[] {
  return file.observers.map(({ name, when, then }) => ({ name, when, actions: then.map(kindOf) }))
}
