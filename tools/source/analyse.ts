import type { Declared } from '../metrics/declared-metric.ts'
import { declaredMetric } from './declared-metric.ts'
import { Interpreter } from './interpret/interpreter.ts'
import { libraries } from './libraries/libraries.ts'
import { createModules } from './modules.ts'
import type { Module } from './program.ts'
import { Reachability, type SourceText } from './reach.ts'
import type { SourceFile } from './read-texts.ts'
import { relatedFiles } from './related.ts'
import type { SourceMetric } from './source-metric.ts'
import type { SourceProblem } from './source-problem.ts'
import { loadGrammars, type Parse, TooManyFaults } from './syntax/parse.ts'

/** What is known of files that have been analysed, for those that are analysed again. */
export type KnownModules = WeakMap<SourceFile, Module>

export interface AnalyseOptions {
  readonly files: readonly SourceFile[]
  readonly onProblem: (problem: SourceProblem) => void
  /** Files in it are not parsed again; those that are parsed are added. @default none */
  readonly known?: KnownModules
}

/** Finds out which metrics a program declares and where it records them. */
export async function analyse({
  files,
  onProblem,
  known = new WeakMap(),
}: AnalyseOptions): Promise<Declared> {
  const product = relatedFiles(files.filter(({ isTest }) => !isTest))
  const tests = relatedFiles(files).filter((file) => !product.includes(file))
  const parse = await loadGrammars([...product, ...tests].map(({ grammar }) => grammar))
  const moduleOf = (file: SourceFile) => {
    const module = known.get(file) ?? parsedWhenAsked(file, parse, onProblem)
    known.set(file, module)
    return module
  }
  const modules = { product: product.map(moduleOf), tests: tests.map(moduleOf) }

  const interpreter = new Interpreter(createModules([...modules.product, ...modules.tests]), libraries)
  interpreter.runProduct(modules.product)
  const texts = files.map(({ language, ...rest }): SourceText => ({ ...rest, language: language.name }))
  let reach = new Reachability(texts, interpreter.functions)
  // Tests tell something only of what the product does not record.
  if (ownMetrics(interpreter).some((metric) => !isRecorded(metric, reach))) {
    interpreter.runTests(modules.tests)
    reach = new Reachability(texts, interpreter.functions)
  }
  return {
    metrics: ownMetrics(interpreter).map((metric) => declaredMetric(metric, reach)),
    unresolved: interpreter.unresolved,
  }
}

function ownMetrics({ metrics }: Interpreter): SourceMetric[] {
  return [...metrics].filter(({ isTest, isPattern }) => !isTest && !isPattern)
}

function isRecorded({ isRecordedElsewhere, recordings }: SourceMetric, reach: Reachability): boolean {
  return (
    isRecordedElsewhere ||
    recordings.some((recording) => !recording.isGuess && reach.of(recording) === 'product')
  )
}

/** Most tests are never looked at, and need not be parsed. */
function parsedWhenAsked(
  { file, text, grammar, language, isTest }: SourceFile,
  parse: Parse,
  onProblem: AnalyseOptions['onProblem'],
): Module {
  let body: Module['body'] | undefined
  const lowered = () => {
    try {
      const { root, hasErrors } = parse(text, grammar)
      if (hasErrors && root.type === 'ERROR')
        onProblem({ file, reason: `cannot be parsed as ${language.name}` })
      return language.lower(root, { file, isTest, parse })
    } catch (error) {
      if (error instanceof TooManyFaults)
        onProblem({ file, reason: `has too many faults to be read as ${language.name}` })
      else if (error instanceof RangeError) onProblem({ file, reason: 'is nested too deeply to be read' })
      else throw error
      return []
    }
  }
  return {
    file,
    language: language.name,
    isTest,
    get body() {
      body ??= lowered()
      return body
    },
  }
}
