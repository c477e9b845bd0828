import { glob, readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { sourceEndings } from './languages.ts'
import type { SourceProblem } from './read-source.ts'

const leftOut = new Set([
  'node_modules',
  'vendor',
  'target',
  'dist',
  'build',
  '__pycache__',
  'site-packages',
  'venv',
  'third_party',
])

export interface FindFilesOptions {
  readonly files: readonly string[]
  readonly cwd: string
  readonly problems: SourceProblem[]
}

/** Finds the files that paths, folders and globs stand for, each once, in the order of their paths. */
export async function findFiles({
  files,
  cwd,
  problems,
}: FindFilesOptions): Promise<{ readonly file: string; readonly path: string }[]> {
  const found = new Map<string, string>()
  const add = (path: string, isAbsoluteGiven: boolean) => {
    found.set(path, isAbsoluteGiven ? path : relative(cwd, path).replaceAll('\\', '/'))
  }
  for (const given of files) {
    const path = resolve(cwd, given)
    const kind = await stat(path).catch(() => undefined)
    if (kind?.isFile()) add(path, isAbsolute(given))
    else if (kind?.isDirectory()) for (const inner of await walk(path)) add(inner, isAbsolute(given))
    else if (/[*?[{]/.test(given)) {
      const before = found.size
      const exclude = (entry: string) => isLeftOut(String(entry).split(/[\\/]/).at(-1) ?? '')
      for await (const entry of glob(given, { cwd, exclude })) {
        if (isSource(entry)) add(resolve(cwd, entry), isAbsolute(given))
      }
      if (found.size === before) problems.push({ file: given, reason: 'matches no file of source code' })
    } else problems.push({ file: given, reason: 'does not exist' })
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, file]) => ({ file, path }))
}

async function walk(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const inner = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return isLeftOut(entry.name) ? [] : walk(path)
      return entry.isFile() && isSource(entry.name) ? [path] : []
    }),
  )
  return inner.flat()
}

function isLeftOut(name: string): boolean {
  return leftOut.has(name) || (name.startsWith('.') && name.length > 1 && name !== '..')
}

function isSource(name: string): boolean {
  return !name.endsWith('.d.ts') && sourceEndings.some((ending) => name.endsWith(`.${ending}`))
}
