import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readCheckedSettings } from '@tidegauge/otel/settings-file'
import { UsageError } from '@tidegauge/otel/usage-error'
import { type Flag, text } from '@tidegauge/tools/cli'
import { actionKeys, type ObserversConfig, observersFileSchema } from '../flow/observers/definition.ts'
import { type ShownObserver, shownObserver } from '../flow/observers/shown.ts'

/**
 * Reads a file of observers; `${NAME}` stands for a variable of the environment.
 *
 * @throws {UsageError} with one line for the first thing that is wrong: file, line, key, what is wrong, how to fix it.
 */
export async function readObservers(path: string): Promise<ObserversConfig> {
  const environment = process.env
  const { data: file, place } = await readCheckedSettings(path, observersFileSchema, { environment })
  const loaded = { path, file, folder: dirname(resolve(path)), place }
  checkModules(loaded)
  return loaded
}

/** What a module does when it is loaded is its own affair, and left to `serve`. */
function checkModules({ file, folder, place }: ObserversConfig): void {
  for (const [at, { then }] of file.observers.entries())
    for (const [number, { custom }] of then.entries()) {
      if (custom === undefined) continue
      const path = resolve(folder, custom.module)
      if (statSync(path, { throwIfNoEntry: false })?.isFile()) continue
      const module = place(actionKeys(at, number, 'custom', 'module'))
      throw new UsageError(`${module}: there is no file ${path}; name one from the folder of this file`)
    }
}

/** Reads what a node may be told of a file: nothing that actions are told, such as secrets. */
export async function readShown(path: string): Promise<readonly ShownObserver[]> {
  const { file } = await readObservers(path)
  return file.observers.map(shownObserver)
}

/** Has a node asked about other observers than its own. */
export const observersFlag = {
  argument: 'FILE',
  help: 'Asks about the observers of a file. [those of the node]',
  read: text,
} as const satisfies Flag
