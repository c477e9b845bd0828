// What a service takes upon itself by linking the library in, beside others, and how long commands take to start.
// usage: node bench/start/run.ts [--rounds 21]
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { packAll } from '../../scripts/pack.ts'
import { Project } from '../../test/e2e/harness/project.ts'
import { measureCommands } from './commands.ts'
import { type Library, measureLibraries } from './libraries.ts'

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '21' } } })
const rounds = Number(flags.rounds)
const root = fileURLToPath(new URL('../..', import.meta.url))

using packed = new Project()
const tarballs = packAll(packed.folder)
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, median of ${rounds} processes, in turns.\n`,
)
printLibraries()
printCommands()

function printLibraries(): void {
  const sdk = `@opentelemetry/sdk-metrics@${versionOf('@opentelemetry/sdk-metrics')}`
  const exporter = `@opentelemetry/exporter-prometheus@${versionOf('@opentelemetry/exporter-prometheus')}`
  const stock = {
    install: [sdk, exporter],
    imports: ['@opentelemetry/sdk-metrics', '@opentelemetry/exporter-prometheus'],
  }
  const libraries: Readonly<Record<string, Library>> = {
    '@tidegauge/otel': { install: [tarballs['@tidegauge/otel']], imports: ['@tidegauge/otel'] },
    'sdk-metrics + exporter-prometheus': stock,
    // Released together with the exporter, under the same version.
    'sdk-node': {
      install: [`@opentelemetry/sdk-node@${versionOf('@opentelemetry/exporter-prometheus')}`],
      imports: ['@opentelemetry/sdk-node'],
    },
    'prom-client': { install: [`prom-client@${versionOf('prom-client')}`], imports: ['prom-client'] },
  }
  const figures = measureLibraries(Object.values(libraries), rounds)
  const stockMs = figures[Object.values(libraries).indexOf(stock)]?.importMs ?? Number.NaN
  console.log('| library | packages | MB on disk | import, ms | × sdk-metrics + exporter-prometheus |')
  console.log('| --- | --: | --: | --: | --: |')
  for (const [i, name] of Object.keys(libraries).entries()) {
    const { packages, megabytes, importMs } = figures[i] ?? { packages: 0, megabytes: 0, importMs: 0 }
    const columns = [
      name,
      packages,
      megabytes.toFixed(1),
      importMs.toFixed(0),
      `${(importMs / stockMs).toFixed(1)}×`,
    ]
    console.log(`| ${columns.join(' | ')} |`)
  }
  console.log()
}

function printCommands(): void {
  using project = new Project()
  project.install(...Object.values(tarballs))
  const service = { tree: `${root}src/main.ts`, installed: 'node_modules/tidegauge/src/main.js' }
  const tools = { tree: `${root}tools/cli/main.ts`, installed: 'node_modules/@tidegauge/tools/cli/main.js' }
  const commands: readonly (readonly [
    name: string,
    program: typeof service | undefined,
    args: readonly string[],
  ])[] = [
    ['node --eval 0', undefined, ['--eval', '0']],
    ...[
      '--version',
      'config print',
      'audit --help',
      'generate --help',
      'dashboards render --help',
      'serve --help',
    ].map((line) => [`tidegauge ${line}`, service, line.split(' ')] as const),
    ...['--version', 'audit --help', 'generate --help'].map(
      (line) => [`tidegauge-tools ${line}`, tools, line.split(' ')] as const,
    ),
  ]
  const argsOf = (where: 'tree' | 'installed') =>
    commands.map(([, program, args]) => (program ? [program[where], ...args] : args))
  const seconds = measureCommands([...argsOf('installed'), ...argsOf('tree')], project.folder, rounds)
  console.log('| command | installed, s | in the tree, s |\n| --- | --: | --: |')
  for (const [i, [name]] of commands.entries()) {
    const [installed = Number.NaN, tree = Number.NaN] = [seconds[i], seconds[i + commands.length]]
    console.log(`| \`${name}\` | ${installed.toFixed(2)} | ${tree.toFixed(2)} |`)
  }
}

/** The version of a package that the lock of the tree has. */
function versionOf(name: string): string {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'))
  return packages[`node_modules/${name}`].version
}
