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

const stock = 'sdk-metrics + exporter-prometheus'
const versions = {
  sdk: versionOf('@opentelemetry/sdk-metrics'),
  // sdk-node is released with the exporters, in the same version.
  exporters: versionOf('@opentelemetry/exporter-prometheus'),
  promClient: versionOf('prom-client'),
}
const libraries: Readonly<Record<string, Library>> = {
  '@tidegauge/otel': {
    install: [tarballs['@tidegauge/otel']],
    imports: ['@tidegauge/otel'],
    start: `
      const environment = { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) }
      const service = { name: 'bench', version: '0' }
      return (await modules[0].startPipeline({ catalog: [], service, environment })).endpoint.url`,
  },
  [stock]: {
    install: [
      `@opentelemetry/sdk-metrics@${versions.sdk}`,
      `@opentelemetry/exporter-prometheus@${versions.exporters}`,
    ],
    imports: ['@opentelemetry/sdk-metrics', '@opentelemetry/exporter-prometheus'],
    start: `
      const reader = new modules[1].PrometheusExporter({ host: '127.0.0.1', port, preventServerStart: true })
      new modules[0].MeterProvider({ readers: [reader] }).getMeter('bench').createCounter('bench').add(1)
      await reader.startServer()
      return 'http://127.0.0.1:' + port + '/metrics'`,
  },
  'sdk-node': {
    install: [`@opentelemetry/sdk-node@${versions.exporters}`],
    imports: ['@opentelemetry/sdk-node', '@opentelemetry/exporter-prometheus'],
    start: `
      const reader = new modules[1].PrometheusExporter({ host: '127.0.0.1', port, preventServerStart: true })
      process.env.OTEL_TRACES_EXPORTER = process.env.OTEL_LOGS_EXPORTER = 'none'
      new modules[0].NodeSDK({ metricReaders: [reader], instrumentations: [] }).start()
      await reader.startServer()
      return 'http://127.0.0.1:' + port + '/metrics'`,
  },
  'prom-client': {
    install: [`prom-client@${versions.promClient}`],
    imports: ['prom-client', 'node:http'],
    start: `
      const { register, collectDefaultMetrics } = modules[0].default
      collectDefaultMetrics()
      const server = modules[1].createServer(async (_, response) => response.end(await register.metrics()))
      await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
      return 'http://127.0.0.1:' + port + '/metrics'`,
  },
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores, median of ${rounds} processes, in turns.\n`,
)
printLibraries()
printCommands()

function printLibraries(): void {
  const figures = measureLibraries(Object.values(libraries), rounds)
  const stockMs = figures[Object.keys(libraries).indexOf(stock)]?.importMs ?? Number.NaN
  console.log(`| library | packages | MB on disk | import, ms | × ${stock} | import to first scrape, ms |`)
  console.log('| --- | --: | --: | --: | --: | --: |')
  for (const [i, { packages, megabytes, importMs, scrapedMs }] of figures.entries()) {
    const ratio = `${(importMs / stockMs).toFixed(1)}×`
    const numbers = [packages, megabytes.toFixed(1), importMs.toFixed(0), ratio, scrapedMs.toFixed(0)]
    console.log(`| ${[Object.keys(libraries)[i], ...numbers].join(' | ')} |`)
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
