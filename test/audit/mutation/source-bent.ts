import type { Declared } from '../../../tools/metrics/declared-metric.ts'
import { analyse, type KnownModules } from '../../../tools/source/analyse.ts'
import { readTexts, type SourceFile } from '../../../tools/source/read-texts.ts'
import type { TextFile, Tree } from './mutant.ts'
import { sourceFiles } from './source-files.ts'

/** Reads the source with one file changed; the others are parsed once for all mutants. */
export async function readBentSource(tree: Tree, change: TextFile): Promise<Declared> {
  read ??= readFiles(tree)
  const { files, known } = await read
  const bent = files.map((file) => (file.file === change.file ? { ...file, text: change.text } : file))
  return analyse({ files: bent, known, onProblem })
}

interface Read {
  readonly files: readonly SourceFile[]
  readonly known: KnownModules
}

let read: Promise<Read> | undefined

async function readFiles(tree: Tree): Promise<Read> {
  const files = await sourceFiles(tree)
  return { files: readTexts({ files, maxFileBytes: 4_000_000, onProblem }), known: new WeakMap() }
}

function onProblem({ file, reason }: { readonly file: string; readonly reason: string }): never {
  throw new Error(`${file} ${reason}`)
}
