import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const wing = fileURLToPath(new URL('.', import.meta.url))
const tree = dirname(wing)

/** Runs a module in a folder. @returns what it writes, line by line. */
async function run(module: string, cwd: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', module], {
    cwd,
  })
  return stdout.trimEnd().split('\n')
}

const sdk = ['api', 'core', 'resources', 'sdk-metrics', 'semantic-conventions'].map(
  (name) => `@opentelemetry/${name}`,
)
const otlp = ['otlp-exporter-base', 'otlp-transformer'].map((name) => `@opentelemetry/${name}`)
const service = "{ name: 'x', version: '1' }"
const start = (environment: string, more = 'runtimeMetrics: false') => `
  const { startPipeline } = await import('@tidegauge/otel')
  await startPipeline({ catalog: [], service: ${service}, environment: ${environment}, ${more} })`
const pushes = (protocol: string) =>
  `{ OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: '${protocol}', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }`

describe('what is loaded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'))
  const file = join(folder, 'config.yaml')
  before(() => writeFileSync(file, 'file_format: "1.0"\n'))
  after(() => rmSync(folder, { recursive: true }))

  const listens = "{ OTEL_EXPORTER_PROMETHEUS_PORT: '0' }"
  const cases: readonly [what: string, module: string, packages: readonly string[]][] = [
    ['by the import', "await import('@tidegauge/otel')", sdk],
    ['for a scrape endpoint', start(listens), [...sdk, 'zod']],
    ['for a file', start(`{ OTEL_CONFIG_FILE: '${file}' }`), [...sdk, 'yaml', 'zod']],
    ['for OTLP over HTTP', start(pushes('http/protobuf')), [...sdk, ...otlp, 'zod']],
    ['for OTLP over gRPC', start(pushes('grpc')), ['@grpc/grpc-js', ...sdk, ...otlp, 'zod']],
    [
      'for metrics of the runtime',
      start(listens, 'runtimeMetrics: true'),
      [...sdk, '@opentelemetry/instrumentation', '@opentelemetry/instrumentation-runtime-node', 'zod'],
    ],
  ]
  for (const [what, module, packages] of cases) {
    it(`${what} is ${packages.length} packages, named here`, async () => {
      const names = (await loadedBy(module)).map(
        (url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1],
      )
      const loaded = new Set(names.filter((name) => name !== undefined && !ofOthers.test(name)))
      assert.deepEqual([...loaded].sort(), [...packages].sort())
    })
  }

  /** What gRPC and the instrumentations load for themselves. */
  const ofOthers =
    /^(@js-sdsl\/.*|debug|has-flag|import-in-the-middle|module-details-from-path|ms|require-in-the-middle|supports-color)$/

  it('by the import is neither the configuration, nor alerts and panels, nor what starts a pipeline', async () => {
    const here = new URL('.', import.meta.url).href
    const urls = await loadedBy("await import('@tidegauge/otel')")
    const files = urls.filter((url) => url.startsWith(here)).map((url) => url.slice(here.length))
    const rooms = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]))
    assert.deepEqual([...rooms].sort(), [
      'catalog',
      'exposition',
      'http',
      'meter',
      'naming',
      'pipeline',
      'sdk',
    ])
    assert.deepEqual(files.filter((file) => /^(pipeline|catalog)\//.test(file)).sort(), [
      'catalog/buckets.ts',
      'catalog/pipeline/metrics.ts',
      'pipeline/start-pipeline.ts',
    ])
  })

  it('by a pipeline is SQLite only where a history is kept', async () => {
    const kept = "history: { enabled: true, file: ':memory:' }, runtimeMetrics: false"
    for (const more of ['runtimeMetrics: false', kept]) {
      const urls = await loadedBy(start(listens, more))
      assert.equal(urls.includes('node:sqlite'), more === kept)
      assert.equal(
        urls.some((url) => url.includes('/history/')),
        more === kept,
      )
    }
  })

  /** The URLs of all that a module loads. */
  async function loadedBy(module: string): Promise<string[]> {
    const recorder = `import { registerHooks } from 'node:module'
      const urls = []
      registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })`
    return run(`${recorder}\n${module}\nconsole.log(urls.join('\\n'))\nprocess.exit()`, tree)
  }
})

describe('without the optional peers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'without-'))
  const library = join(folder, 'node_modules/@tidegauge/otel')
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(wing, 'package.json'), 'utf8'),
  )
  const optional = Object.keys(peerDependenciesMeta)

  before(() => {
    // Node does not run TypeScript in node_modules: the sources stand beside it, and are linked.
    cpSync(wing, join(folder, 'otel'), {
      recursive: true,
      filter: (path) => !/\.test\.ts$|node_modules/.test(path),
    })
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (optional.includes(name)) continue
      mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
      symlinkSync(join(tree, 'node_modules', name), join(folder, 'node_modules', name))
    }
    mkdirSync(dirname(library), { recursive: true })
    symlinkSync(join(folder, 'otel'), library)
    writeFileSync(
      join(folder, 'config.yaml'),
      'file_format: "1.0"\nmeter_provider:\n  readers: [{ periodic: { exporter: { otlp_grpc: } } }]\n',
    )
  })
  after(() => rmSync(folder, { recursive: true }))

  const onLog = 'runtimeMetrics: undefined, onLog: (level, line) => console.log(level, line)'
  const refused = '.catch((error) => console.log(error.name, error.message))\nprocess.exit()'
  const runtime = '@opentelemetry/instrumentation-runtime-node'
  const notRecorded = `info event loop, garbage collection and heap are not recorded: npm install ${runtime}, or start with runtimeMetrics: false`

  const cases: readonly [what: string, module: string, lines: readonly string[]][] = [
    [
      'a scrape endpoint works, and says that the runtime is not measured',
      start("{ OTEL_EXPORTER_PROMETHEUS_PORT: '0' }", onLog),
      [notRecorded],
    ],
    ['OTLP over HTTP works', start(pushes('http/json'), onLog), [notRecorded]],
    [
      'nothing is said where the runtime is not wanted',
      start("{ OTEL_EXPORTER_PROMETHEUS_PORT: '0' }"),
      [''],
    ],
    [
      'metrics of the runtime are refused to those who ask for them',
      start("{ OTEL_EXPORTER_PROMETHEUS_PORT: '0' }", 'runtimeMetrics: true'),
      [`UsageError runtimeMetrics needs a package that is not installed: npm install ${runtime}`],
    ],
    [
      'gRPC is refused, in a variable',
      start(pushes('grpc')),
      [
        'UsageError OTEL_EXPORTER_OTLP_PROTOCOL: needs a package that is not installed; npm install @grpc/grpc-js',
      ],
    ],
    [
      'gRPC is refused, in a file',
      start("{ OTEL_CONFIG_FILE: 'config.yaml' }"),
      [
        'UsageError config.yaml:3: meter_provider.readers[0].periodic.exporter.otlp_grpc: needs a package that is not installed; npm install @grpc/grpc-js',
      ],
    ],
    [
      'instrumentHttp is refused',
      `const { instrumentHttp } = await import('@tidegauge/otel')
       await instrumentHttp({ meterProvider: undefined, listensOn: () => [] })`,
      [
        'UsageError instrumentHttp needs a package that is not installed: npm install @opentelemetry/instrumentation-http',
      ],
    ],
  ]
  for (const [what, module, lines] of cases) {
    it(what, async () => {
      assert.deepEqual(await run(module.trimEnd() + refused, folder), lines)
    })
  }
})
