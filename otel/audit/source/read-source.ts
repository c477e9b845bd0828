import { readFile, stat } from 'node:fs/promises'
import type { Declared, DeclaredMetric } from '../planes.ts'
import { findFiles } from './find-files.ts'
import { Interpreter } from './interpreter.ts'
import { type Language, languageOf } from './languages.ts'
import { libraries } from './libraries.ts'
import { createModules } from './modules.ts'
import type { Module } from './program.ts'
import { Reachability, type SourceText } from './reach.ts'
import { relatedFiles } from './related.ts'
import type { SourceMetric } from './source-metric.ts'
import { type Grammar, loadGrammars } from './syntax.ts'

export interface ReadSourceOptions {
  /** Files, folders and globs. Packages that are installed or built (`node_modules`, `target`, …) are left out of folders and globs. */
  readonly files: readonly string[]
  /** What relative paths are relative to. @default the working directory */
  readonly cwd?: string
  /** Refuses larger files, in bytes. @default 4_000_000 */
  readonly maxFileBytes?: number
}

export interface SourceRead {
  readonly declared: Declared
  /** Files that could not be read, each with one line that says why. */
  readonly problems: readonly SourceProblem[]
}

export interface SourceProblem {
  readonly file: string
  readonly reason: string
}

/**
 * Reads the source of services in JavaScript, TypeScript, Go, Python and Rust: which metrics it declares, and where it
 * records them.
 */
export async function readSource(options: ReadSourceOptions): Promise<SourceRead> {
  const { files, cwd = process.cwd(), maxFileBytes = 4_000_000 } = options
  const problems: SourceProblem[] = []
  const texts = await readTexts(await findFiles({ files, cwd, problems }), maxFileBytes, problems)
  const related = relatedFiles(texts)
  const parse = await loadGrammars(related.map(({ grammar }) => grammar))

  const modules: Module[] = []
  for (const { file, text, grammar, language, isTest } of related) {
    try {
      const { root, hasErrors } = parse(text, grammar)
      modules.push(language.lower(root, { file, isTest, parse }))
      if (hasErrors && root.type === 'ERROR')
        problems.push({ file, reason: `cannot be parsed as ${language.name}` })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      problems.push({ file, reason: 'is nested too deeply to be read' })
    }
  }

  const interpreter = new Interpreter(createModules(modules), libraries)
  interpreter.run(modules)
  const sources = texts.map(({ language, ...rest }): SourceText => ({ ...rest, language: language.name }))
  const reach = new Reachability(sources, interpreter.functions)
  const metrics = [...interpreter.metrics].filter(({ isTest, isPattern }) => !isTest && !isPattern)
  return {
    declared: {
      metrics: metrics.map((metric) => declaredMetric(metric, reach)),
      unresolved: [...interpreter.unresolved.values()],
    },
    problems,
  }
}

interface ReadText {
  readonly file: string
  readonly text: string
  readonly grammar: Grammar
  readonly language: Language
  readonly isTest: boolean
}

async function readTexts(
  files: readonly { readonly file: string; readonly path: string }[],
  maxFileBytes: number,
  problems: SourceProblem[],
): Promise<ReadText[]> {
  const texts: ReadText[] = []
  const root = sharedFolder(files.map(({ file }) => file))
  for (const { file, path } of files) {
    const known = languageOf(file)
    if (known === undefined) {
      problems.push({
        file,
        reason: 'is in no language that is read: JavaScript, TypeScript, Go, Python, Rust',
      })
      continue
    }
    const [language, grammar] = known
    try {
      const { size } = await stat(path)
      if (size > maxFileBytes) {
        problems.push({
          file,
          reason: `is larger than ${maxFileBytes / 1e6} MB, which no source written by hand is; leave it out`,
        })
        continue
      }
      const bytes = await readFile(path)
      if (/^(?:\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2))) {
        problems.push({
          file,
          reason: 'is UTF-16; save it as UTF-8, for example with iconv -f UTF-16 -t UTF-8',
        })
        continue
      }
      // No source holds a zero byte; what does is something else by that name.
      if (bytes.subarray(0, 4096).includes(0)) continue
      const isTest = language.test.test(file.slice(root.length))
      texts.push({ file, text: bytes.toString('utf8'), grammar, language, isTest })
    } catch (error) {
      problems.push({
        file,
        reason: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      })
    }
  }
  return texts
}

/** The folder that all files are in: a service that lies in a folder of tests is not made of tests. */
function sharedFolder([first = '', ...rest]: readonly string[]): string {
  let folder = first.slice(0, first.lastIndexOf('/') + 1)
  for (const file of rest) {
    while (!file.startsWith(folder)) folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1)
  }
  return folder
}

function declaredMetric(metric: SourceMetric, reach: Reachability): DeclaredMetric {
  const { name, type, help, unit, file, line, library, labels, uses } = metric
  // A guess counts only where nothing better is known.
  const certain = metric.recordings.filter(({ isGuess }) => !isGuess)
  const recordings = certain.some((recording) => reach.of(recording) === 'product')
    ? certain
    : metric.recordings
  return {
    name,
    type,
    help,
    unit,
    labels: new Map((labels ?? []).map((label) => [label, valuesOf(label, metric)])),
    file,
    line,
    recordings: metric.isRecordedElsewhere
      ? undefined
      : recordings.map((recording) => ({
          file: recording.file,
          line: recording.line,
          reach: reach.of(recording),
          labels: recording.labels,
          by: recording.by,
        })),
    library,
    labelUses: uses.filter(({ isTest }) => !isTest),
    areLabelsKnown: labels !== undefined,
  }
}

/** Declared values, or else those that are written at every place that gives the label. */
function valuesOf(label: string, { values, uses, recordings }: SourceMetric): readonly string[] | undefined {
  const known = values.get(label)
  if (known) return [...known]
  const product = uses.filter(({ isTest }) => !isTest)
  // A guess may stand for a place that gives other values.
  if (product.length === 0 || recordings.some(({ isGuess }) => isGuess)) return undefined
  const literals = new Set<string>()
  for (const { byName } of product) {
    if (byName === undefined) return undefined
    const given = byName.get(label)
    if (given === undefined) continue
    if (given.literal === undefined) return undefined
    literals.add(given.literal)
  }
  return literals.size > 0 ? [...literals] : undefined
}
