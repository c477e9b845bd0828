import { glob, readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { sourceEndings } from './languages.ts'
import type { SourceProblem } from './source-problem.ts'

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
  for (const pattern of files) {
    const path = resolve(cwd, pattern)
    const kind = await stat(path).catch(() => undefined)
    const before = found.size
    if (kind?.isFile()) add(path, isAbsolute(pattern))
    else if (kind?.isDirectory()) {
      const inside = await walk(path, pattern, problems)
      for (const inner of inside) add(inner, isAbsolute(pattern))
      if (inside.length === 0)
        problems.push({ file: pattern, reason: `holds no source code in ${languages}` })
    } else if (kind !== undefined) problems.push({ file: pattern, reason: 'is neither a file nor a folder' })
    else if (/[*?[{]/.test(pattern)) {
      const exclude = (entry: string) => isLeftOut(String(entry).split(/[\\/]/).at(-1) ?? '')
      for await (const entry of glob(pattern, { cwd, exclude })) {
        if (isSource(entry)) add(resolve(cwd, entry), isAbsolute(pattern))
      }
      if (found.size === before) problems.push({ file: pattern, reason: nothingMatches })
    } else problems.push({ file: pattern, reason: 'does not exist; check the path' })
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, file]) => ({ file, path }))
}

const languages = 'JavaScript, TypeScript, Go, Python or Rust; name the folder that does'
const nothingMatches = 'matches no file of source code; check it, and quote it in the shell'

/** A folder that cannot be looked into is a problem of its own. */
async function walk(folder: string, named: string, problems: SourceProblem[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    problems.push({ file: named, reason: `cannot be looked into (${error.code}); check its permissions` })
    return []
  })
  const inner = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory())
        return isLeftOut(entry.name) ? [] : walk(path, join(named, entry.name), problems)
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
