import { constants, type Dirent } from 'node:fs'
import { access, glob, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '@tidegauge/otel/usage-error'

/**
 * Finds the files that paths and patterns stand for, each once; those of a pattern in the order of their names.
 *
 * @param onProblem is told in one line what matches nothing; the others are still found.
 */
export async function expandFiles(
  paths: readonly string[],
  onProblem: (problem: UsageError) => void,
): Promise<readonly FoundFile[]> {
  const found = new Map<string, FoundFile>()
  for (const path of paths) {
    const isPattern = /[*?[{]/.test(path) && !(await isThere(path))
    const files = isPattern ? await matches(path, onProblem) : [path]
    if (files.length === 0)
      onProblem(new UsageError(`${path}: no file matches this pattern; check it, and quote it in the shell`))
    for (const file of files)
      if (!found.has(file)) found.set(file, { file: file.replaceAll('\\', '/'), isPattern })
  }
  return [...found.values()]
}

export interface FoundFile {
  readonly file: string
  /** A pattern found it: nobody has named it. */
  readonly isPattern: boolean
}

async function matches(pattern: string, onProblem: (problem: UsageError) => void): Promise<string[]> {
  const found: string[] = []
  const folders: string[] = []
  const exclude = (entry: Dirent) => {
    if (entry.isDirectory() && !isLeftOut(entry)) folders.push(join(entry.parentPath, entry.name))
    return isLeftOut(entry)
  }
  for await (const entry of glob(pattern, { withFileTypes: true, exclude })) {
    if (!entry.isDirectory()) found.push(pathOf(entry.parentPath, entry.name, pattern))
  }
  // What cannot be looked into is passed over in silence otherwise.
  if (pattern.includes('**')) for (const folder of new Set(folders)) await refuseClosed(folder, onProblem)
  return found.sort()
}

async function refuseClosed(folder: string, onProblem: (problem: UsageError) => void): Promise<void> {
  await access(folder, constants.R_OK | constants.X_OK).catch((cause) =>
    onProblem(new UsageError(`${folder}: it cannot be read; check its permissions`, { cause })),
  )
}

/** As relative as the pattern is: Node tells folders as absolute paths. */
function pathOf(folder: string, name: string, pattern: string): string {
  const path = `${folder}/${name}`
  const here = `${process.cwd()}/`
  return pattern.startsWith('/') || !path.startsWith(here) ? path : path.slice(here.length)
}

function isLeftOut({ name }: { readonly name: string }): boolean {
  return name === 'node_modules' || name === '.git'
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
