import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readCheckedSettings } from '@tidegauge/otel/settings-file'
import { UsageError } from '@tidegauge/otel/usage-error'
import { actionKeys, kindOf, type ObserversFile, observersFileSchema } from '../flow/observers/definition.ts'
import type { ShownObserver } from '../flow/observers/shown.ts'

/** A file of observers, as it was read. */
export interface LoadedObservers {
  readonly path: string
  readonly file: ObserversFile
  /** Where it lies: modules of custom actions are named from there. */
  readonly folder: string
  /** Names a key in an error: `file:line: observers[0].name`. */
  readonly place: (keys: readonly (string | number)[]) => string
}

/**
 * Reads a file of observers; `${NAME}` stands for a variable of the environment.
 *
 * @throws {UsageError} with one line for the first thing that is wrong: file, line, key, what is wrong, how to fix it.
 */
export async function readObservers(path: string): Promise<LoadedObservers> {
  const environment = process.env
  const { data: file, place } = await readCheckedSettings(path, observersFileSchema, { environment })
  const loaded = { path, file, folder: dirname(resolve(path)), place }
  checkModules(loaded)
  return loaded
}

/** What a module does when it is loaded is its own affair, and left to `serve`. */
function checkModules({ file, folder, place }: LoadedObservers): void {
  for (const [at, { then }] of file.observers.entries())
    for (const [number, { custom }] of then.entries()) {
      if (custom === undefined) continue
      const path = resolve(folder, custom.module)
      if (statSync(path, { throwIfNoEntry: false })?.isFile()) continue
      const module = place(actionKeys(at, number, 'custom', 'module'))
      throw new UsageError(`${module}: there is no file ${path}; name one from the folder of this file`)
    }
}

/** What of the observers a node may be asked about: nothing that its actions are told, such as secrets. */
export function shownObservers({ file }: LoadedObservers): readonly ShownObserver[] {
  return file.observers.map(({ name, when, then }) => ({ name, when, actions: then.map(kindOf) }))
}
