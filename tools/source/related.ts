import { posix } from 'node:path'
import type { Language } from './languages.ts'

interface Text {
  readonly file: string
  readonly text: string
  readonly language: Language
}

/**
 * Chooses the files through which metrics may flow: those that name a metrics library, those that import one of them
 * or are imported by one, and those with calls that look like recording.
 */
export function relatedFiles<File extends Text>(files: readonly File[]): File[] {
  const seeds = files.filter(({ text, language }) => language.library.test(text))
  const used = new Set(seeds.map(({ language }) => language))
  const candidates = files.filter(({ language }) => used.has(language))
  const byName = Map.groupBy(candidates, ({ file, language }) => nameOf(file, language))
  const imports = new Map(candidates.map((file) => [file, importedNames(file)]))
  const importers = new Map<string, File[]>()
  for (const [file, names] of imports)
    for (const name of names) importers.set(name, [...(importers.get(name) ?? []), file])

  const chosen = new Set<File>(candidates.filter(({ text, language }) => language.related.test(text)))
  const open = [...seeds]
  for (const file of seeds) {
    chosen.add(file)
    // Names and labels may be constants of files that know nothing of metrics.
    for (const name of imports.get(file) ?? [])
      for (const imported of byName.get(name) ?? []) chosen.add(imported)
  }
  for (let file = open.pop(); file; file = open.pop()) {
    for (const importer of importers.get(nameOf(file.file, file.language)) ?? []) {
      const isNew = !chosen.has(importer)
      chosen.add(importer)
      if (isNew && passesOn.test(importer.text)) open.push(importer)
    }
  }
  return files.filter((file) => chosen.has(file))
}

/** Gives others what it imports itself. */
const passesOn = /export\s*(\*|\{[^}]*\})\s*from|module\.exports|pub use |^__all__/m

/** What imports call a file: its path where they are relative, or else its name or that of its folder. */
function nameOf(file: string, { name: language }: Language): string {
  const path = posix.normalize(file.replaceAll('\\', '/')).replace(/\.[^./]*$/, '')
  if (language === 'javascript') return path.replace(/\/index$/, '')
  const [stem = '', folder] = path.split('/').reverse()
  return language === 'go' || /^(mod|lib|__init__)$/.test(stem) ? (folder ?? stem) : stem
}

/** What a file imports, as `nameOf` calls it. */
function importedNames({ file, text, language }: Text): ReadonlySet<string> {
  const names = new Set<string>()
  switch (language.name) {
    case 'javascript': {
      const folder = posix.dirname(file.replaceAll('\\', '/'))
      // Types carry no metrics.
      for (const [, isType, path = ''] of text.matchAll(scriptImports))
        if (!isType) names.add(posix.join(folder, path).replace(/\.[cm]?[jt]sx?$|\/index\.[cm]?[jt]sx?$/, ''))
      break
    }
    case 'go':
      for (const [, path = ''] of text.matchAll(/^\s*(?:import )?(?:[\w.]+ )?"([\w./-]+)"$/gm))
        names.add(path.split('/').at(-1) ?? path)
      break
    default:
      for (const [words] of text.matchAll(
        /^\s*(?:(?:pub(?:\([^)]*\))? )?(?:use|mod) [^;]+;|from [\w.]+ import [^\n]*|import [\w., ]+$)/gm,
      ))
        for (const [word] of words.matchAll(/\w+/g)) names.add(word)
  }
  return names
}

const scriptImports =
  /(?:^(?:import|export)(\s+type\b)?[^'";]*from\s*|^import\s*|\brequire\(\s*|\bimport\(\s*)["'](\.[^"'\n]+)["']/gm
