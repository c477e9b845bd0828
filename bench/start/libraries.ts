import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { Project } from '../../test/e2e/harness/project.ts'
import { mediansInTurns } from './in-turns.ts'

export interface Library {
  /** What is installed: names of packages with versions, or tarballs. */
  readonly install: readonly string[]
  /** What a program imports that measures something and is scraped. */
  readonly imports: readonly string[]
  /** Starts an endpoint on `port`. JavaScript whose last statement returns the URL; `modules` are the imported ones. */
  readonly start: string
}

export interface LibraryFigures {
  readonly packages: number
  readonly megabytes: number
  readonly importMs: number
  readonly scrapedMs: number
}

/** Installs each library in a folder of its own, and runs it there in processes of their own, in turns. */
export function measureLibraries(libraries: readonly Library[], rounds: number): LibraryFigures[] {
  using stack = new DisposableStack()
  const projects = libraries.map(({ install }) => {
    const project = stack.use(new Project())
    project.install(...install)
    return project
  })
  const times = mediansInTurns(
    libraries.map((library, i) => () => run(library, projects[i]?.folder ?? '.')),
    rounds,
  )
  return projects.map((project, i) => {
    const [importMs = Number.NaN, scrapedMs = Number.NaN] = times[i] ?? []
    const megabytes = Number(project.run('du -sk node_modules').split('\t')[0]) / 1024
    return { packages: project.installed().size, megabytes, importMs, scrapedMs }
  })
}

/** Milliseconds until a library is imported and until it has been scraped, without the start of Node. */
function run({ imports, start }: Library, cwd: string): number[] {
  const program = `
    const began = performance.now()
    const modules = await Promise.all([${imports.map((name) => `import('${name}')`).join(', ')}])
    const imported = performance.now()
    const port = ${randomInt(20_000, 32_000)}
    const url = await (async () => { ${start} })()
    const { get } = await import('node:http')
    await new Promise((resolve) => get(url, (response) => response.resume().on('end', resolve)))
    const times = [imported - began, performance.now() - began]
    process.stdout.write(JSON.stringify(times), () => process.exit())`
  const args = ['--input-type=module', '--eval', program]
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }))
}
