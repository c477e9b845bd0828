import { glob, stat } from 'node:fs/promises'
import { InputError } from '../settings-file/input-error.ts'

/**
 * Finds the files that paths and patterns stand for, each once; those of a pattern in the order of their names.
 *
 * @param onProblem is told in one line what matches nothing; the others are still found.
 */
export async function expandFiles(
  given: readonly string[],
  onProblem: (problem: InputError) => void,
): Promise<readonly FoundFile[]> {
  const found = new Map<string, FoundFile>()
  for (const path of given) {
    const isPattern = /[*?[{]/.test(path) && !(await isThere(path))
    const files = isPattern ? await matches(path) : [path]
    if (files.length === 0)
      onProblem(new InputError(`${path}: no file matches this pattern; check it, and quote it in the shell`))
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

async function matches(pattern: string): Promise<string[]> {
  const found: string[] = []
  for await (const entry of glob(pattern, { withFileTypes: true, exclude: isLeftOut })) {
    if (!entry.isDirectory()) found.push(pathOf(entry.parentPath, entry.name, pattern))
  }
  return found.sort()
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
