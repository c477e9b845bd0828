import type { Language } from './languages.ts'

interface Text {
  readonly file: string
  readonly text: string
  readonly language: Language
}

/**
 * Chooses the files through which metrics may flow: those that name a metrics library, those that import one of them,
 * and those with calls that look like recording.
 */
export function relatedFiles<File extends Text>(files: readonly File[]): File[] {
  const seeds = files.filter(({ text, language }) => language.library.test(text))
  const used = new Set(seeds.map(({ language }) => language))
  const stems = new Set(seeds.flatMap(({ file }) => stemsOf(file)))
  const imports = new RegExp(
    `^.*(?:import|from|require|use |mod |")[^\\n]*[/.:\\s"'](?:${[...stems].map(escaped).join('|')})(?:\\.[cm]?[jt]sx?)?(?=['"\\s;,:{]|$)`,
    'm',
  )
  const chosen = new Set(seeds)
  for (const file of files) {
    if (used.has(file.language) && (file.language.related.test(file.text) || imports.test(file.text)))
      chosen.add(file)
  }
  return files.filter((file) => chosen.has(file))
}

/** What imports may call a file: its name, or that of its folder. */
function stemsOf(file: string): string[] {
  const [name = '', folder] = file.replaceAll('\\', '/').split('/').reverse()
  const stem = name.replace(/\.[^.]*$/, '')
  const isFolders = /^(index|mod|lib|__init__|main)$/.test(stem) || name.endsWith('.go')
  return isFolders ? (folder ? [folder] : []) : [stem]
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&')
}
