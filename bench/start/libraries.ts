import { execFileSync } from 'node:child_process'
import { Project } from '../../test/e2e/harness/project.ts'
import { mediansInTurns } from './in-turns.ts'

export interface Library {
  /** What is installed: the names of packages, with versions, or tarballs. */
  readonly install: readonly string[]
  /** What a program imports that measures something and is scraped. */
  readonly imports: readonly string[]
}

export interface LibraryFigures {
  readonly packages: number
  readonly megabytes: number
  readonly importMs: number
}

/** Installs each library in a folder of its own, and imports it there in processes of their own, in turns. */
export function measureLibraries(libraries: readonly Library[], rounds: number): LibraryFigures[] {
  using stack = new DisposableStack()
  const projects = libraries.map(({ install }) => {
    const project = stack.use(new Project())
    project.install(...install)
    return project
  })
  const importMs = mediansInTurns(
    projects.map((project, i) => () => importTime(project.folder, libraries[i]?.imports ?? [])),
    rounds,
  )
  return projects.map((project, i) => ({
    packages: project.installed().size,
    megabytes: Number(project.run('du -sk node_modules').split('\t')[0]) / 1024,
    importMs: importMs[i] ?? Number.NaN,
  }))
}

/** Milliseconds from the first import to the last, without the start of Node. */
function importTime(cwd: string, modules: readonly string[]): number {
  const imports = modules.map((name) => `import('${name}')`).join(', ')
  const program = `const began = performance.now(); await Promise.all([${imports}]); console.log(performance.now() - began)`
  const args = ['--input-type=module', '--eval', program]
  return Number(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }))
}
