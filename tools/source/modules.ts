import { posix } from 'node:path'
import type { Module } from './program.ts'

/** What the names of imports lead to among the files that are read. */
export interface Modules {
  /** The files that `from`, written in `importer`, stands for; empty for packages that are not among them. */
  resolve(importer: Module, from: string): readonly Module[]
  /** Files whose top-level names are one: those of a Go package. */
  together(module: Module): readonly Module[]
}

export function createModules(modules: readonly Module[]): Modules {
  const byPath = new Map(modules.map((module) => [normal(module.file), module]))
  const byFolder = new Map<string, Module[]>()
  for (const module of modules) {
    const folder = posix.dirname(normal(module.file))
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), module])
  }
  const paths = [...byPath.keys()]

  const firstOf = (candidates: readonly string[]) => {
    for (const candidate of candidates) {
      const module = byPath.get(candidate)
      if (module) return [module]
    }
    return []
  }

  /** The file whose path ends in one of these, nearest to the importer. */
  const endingIn = (importer: Module, endings: readonly string[]) => {
    const found = paths.filter((path) =>
      endings.some((ending) => path === ending || path.endsWith(`/${ending}`)),
    )
    const here = normal(importer.file)
    found.sort((a, b) => sharedLength(b, here) - sharedLength(a, here) || a.length - b.length)
    const best = found[0] === undefined ? undefined : byPath.get(found[0])
    return best ? [best] : []
  }

  const cache = new Map<string, readonly Module[]>()
  const lookUp = (importer: Module, from: string): readonly Module[] => {
    const folder = posix.dirname(normal(importer.file))
    switch (importer.language) {
      case 'javascript':
        return from.startsWith('.') ? firstOf(scriptPaths(posix.join(folder, from))) : []
      case 'python':
        return pythonModule(from, folder, firstOf, (endings) => endingIn(importer, endings))
      case 'go':
        return goPackage(from, byFolder)
      case 'rust':
        return rustModule(from, (endings) => endingIn(importer, endings))
    }
  }
  return {
    resolve: (importer, from) => {
      const key = `${posix.dirname(normal(importer.file))}\n${from}`
      const known = cache.get(key)
      if (known) return known
      const found = lookUp(importer, from).filter(({ language }) => language === importer.language)
      cache.set(key, found)
      return found
    },
    together: (module) =>
      module.language === 'go'
        ? (byFolder.get(posix.dirname(normal(module.file))) ?? []).filter(({ language }) => language === 'go')
        : [module],
  }
}

function normal(file: string): string {
  return posix.normalize(file.replaceAll('\\', '/'))
}

const scriptEndings = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs']

function scriptPaths(path: string): string[] {
  const stem = path.replace(/\.[cm]?[jt]sx?$/, '')
  return [
    path,
    ...scriptEndings.map((ending) => `${stem}.${ending}`),
    ...scriptEndings.map((ending) => `${path}.${ending}`),
    ...scriptEndings.map((ending) => `${path}/index.${ending}`),
  ]
}

function pythonModule(
  from: string,
  folder: string,
  firstOf: (paths: readonly string[]) => Module[],
  endingIn: (paths: readonly string[]) => Module[],
): readonly Module[] {
  const dots = /^\.*/.exec(from)?.[0].length ?? 0
  const path = from.slice(dots).replaceAll('.', '/')
  if (dots > 0) {
    let base = folder
    for (let up = 1; up < dots; up++) base = posix.dirname(base)
    const joined = posix.join(base, path)
    return firstOf([`${joined}.py`, `${joined}/__init__.py`])
  }
  const beside = firstOf([posix.join(folder, `${path}.py`), posix.join(folder, path, '__init__.py')])
  return beside.length > 0 ? beside : endingIn([`${path}.py`, `${path}/__init__.py`])
}

/** The folder in which the longest part of the import path ends. */
function goPackage(from: string, byFolder: ReadonlyMap<string, readonly Module[]>): readonly Module[] {
  const wanted = from.split('/')
  let best: readonly Module[] = []
  let longest = 0
  for (const [folder, modules] of byFolder) {
    if (!modules.some(({ language }) => language === 'go')) continue
    const parts = folder.split('/')
    let same = 0
    while (same < parts.length && parts.at(-1 - same) === wanted.at(-1 - same) && same < wanted.length) same++
    // Packages of the standard library and of others have short paths that a folder may share by accident.
    const isOwn =
      same === wanted.length - 1 || same >= 2 || (same === 1 && wanted.length <= 3 && wanted.length > 1)
    if (same > longest && isOwn) {
      best = modules
      longest = same
    }
  }
  return best
}

/** `crate::state::metrics` is `state/metrics.rs` or `state/metrics/mod.rs`; the last names may be those of items. */
function rustModule(from: string, endingIn: (paths: readonly string[]) => Module[]): readonly Module[] {
  const parts = from.split('::').filter((part) => !['crate', 'self', 'super', ''].includes(part))
  for (let end = parts.length; end > 0; end--) {
    for (let start = 0; start < end; start++) {
      const path = parts.slice(start, end).join('/')
      const found = endingIn([`${path}.rs`, `${path}/mod.rs`])
      if (found.length > 0) return found
    }
  }
  return []
}

function sharedLength(a: string, b: string): number {
  let index = 0
  while (index < a.length && a[index] === b[index]) index++
  return index
}
