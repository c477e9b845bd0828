import { globSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** The test files, as paths from the root of the project. The name alone says in which group a file is. */
export interface TestGroups {
  /** `*.test.ts`: they share a process, in which they run one after the other. */
  readonly shared: readonly string[]
  /** `*.isolated.test.ts`: each runs in a process of its own. */
  readonly isolated: readonly string[]
}

export function findTests(): TestGroups {
  const all = findFiles('**/*.test.ts')
  const isIsolated = (file: string) => file.endsWith('.isolated.test.ts')
  return { shared: all.filter((file) => !isIsolated(file)), isolated: all.filter(isIsolated) }
}

/** Finds files of the project by a pattern, whoever made them but a build or a package manager. */
export function findFiles(pattern: string): readonly string[] {
  const exclude = ['**/node_modules/**', 'dist/**', 'data/**']
  return globSync(pattern, { cwd: root, exclude })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
}
