import type { Declared } from '../metrics/declared-metric.ts'
import { analyse } from './analyse.ts'
import { findFiles } from './find-files.ts'
import { readTexts } from './read-texts.ts'
import type { SourceProblem } from './source-problem.ts'

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

/**
 * Reads the source of services in JavaScript, TypeScript, Go, Python and Rust: which metrics it declares, and where it
 * records them.
 */
export async function readSource(options: ReadSourceOptions): Promise<SourceRead> {
  const { files, cwd = process.cwd(), maxFileBytes = 4_000_000 } = options
  const problems: SourceProblem[] = []
  const found = await findFiles({ files, cwd, problems })
  const onProblem = (problem: SourceProblem) => {
    problems.push(problem)
  }
  const texts = readTexts({ files: found, maxFileBytes, onProblem })
  return { declared: await analyse({ files: texts, onProblem }), problems }
}
