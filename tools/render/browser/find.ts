import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { UsageError } from '@tidegauge/otel/usage-error'

/** What Chromium and its kin are called on the systems that have them. */
const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'brave-browser',
]

const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

export interface FindBrowserOptions {
  /** The one that the user names. */
  readonly named?: string | undefined
  /** Folders to look in, as the variable PATH lists them. */
  readonly searchPath: string
}

/**
 * Finds a browser of the Chromium family.
 *
 * @throws {UsageError} when the one that is named cannot be run, or when there is none.
 */
export function findBrowser({ named, searchPath }: FindBrowserOptions): string {
  if (named !== undefined && /[/\\]/.test(named)) {
    if (isProgram(named)) return named
    throw new UsageError(
      `--browser ${named}: this is not a program that can be run; give the path of Chromium or Chrome`,
    )
  }
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '')
  const wanted = named === undefined ? names : [named]
  const found = wanted.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram)
  const elsewhere = named === undefined ? places.find(isProgram) : undefined
  if (found !== undefined) return found
  if (elsewhere !== undefined) return elsewhere
  const what = named === undefined ? 'no Chromium or Chrome is on the PATH' : `${named} is not on the PATH`
  throw new UsageError(
    `a PNG needs a browser and ${what}; install Chromium, give --browser PATH, or leave out --png`,
  )
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
