import { readFileSync, statSync } from 'node:fs'
import { type Language, languageOf } from './languages.ts'
import type { SourceProblem } from './source-problem.ts'
import type { Grammar } from './syntax/grammars.ts'

/** A file of source code. */
export interface SourceFile {
  readonly file: string
  readonly text: string
  readonly language: Language
  readonly grammar: Grammar
  readonly isTest: boolean
}

export interface ReadTextsOptions {
  readonly files: readonly { readonly file: string; readonly path: string }[]
  readonly maxFileBytes: number
  readonly onProblem: (problem: SourceProblem) => void
}

/** Reads files; what is none that is read is told as a problem, each in one line. */
export function readTexts({ files, maxFileBytes, onProblem }: ReadTextsOptions): SourceFile[] {
  const root = sharedFolder(files.map(({ file }) => file))
  return files.flatMap(({ file, path }) => {
    const known = languageOf(file)
    if (known === undefined) {
      onProblem({ file, reason: 'is in no language that is read: JavaScript, TypeScript, Go, Python, Rust' })
      return []
    }
    const [language, grammar] = known
    const text = textOf(path, maxFileBytes)
    if (typeof text === 'object') onProblem({ file, reason: text.refused })
    if (typeof text !== 'string') return []
    return [{ file, text, language, grammar, isTest: language.test.test(file.slice(root.length)) }]
  })
}

/** Undefined for what is not source at all, though it is called so. */
function textOf(path: string, maxFileBytes: number): string | { readonly refused: string } | undefined {
  try {
    if (statSync(path).size > maxFileBytes)
      return {
        refused: `is larger than ${maxFileBytes / 1e6} MB, which no source written by hand is; leave it out`,
      }
    // Thousands of small files: one after the other, without waiting in between, is the fastest.
    const bytes = readFileSync(path)
    if (/^(?:\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2)))
      return { refused: 'is UTF-16; save it as UTF-8, for example with iconv -f UTF-16 -t UTF-8' }
    // No source holds a zero byte.
    return bytes.subarray(0, 4096).includes(0) ? undefined : bytes.toString('utf8')
  } catch (error) {
    return { refused: `cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The folder that all files are in: a service that lies in a folder of tests is not made of tests. */
function sharedFolder([first = '', ...rest]: readonly string[]): string {
  let folder = first.slice(0, first.lastIndexOf('/') + 1)
  for (const file of rest) {
    while (!file.startsWith(folder)) folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1)
  }
  return folder
}
