import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type PackageName, packAll } from '../../scripts/pack.ts'
import { documentedProgram } from './harness/documented-program.ts'
import { packagesImportedBy } from './harness/package-imports.ts'
import { Project } from './harness/project.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const packed = new Project()
const tarballs = packAll(packed.folder)
after(() => packed[Symbol.dispose]())

/** What a package may hold beside its manifest, licence and README. */
const shipped: Readonly<Record<PackageName, RegExp>> = {
  '@tidegauge/otel': /\.(js|d\.ts)$/,
  '@tidegauge/tools': /\.(js|d\.ts)$/,
  tidegauge: /^src\/.*\.(js|d\.ts)$/,
}
const names = Object.keys(shipped) as PackageName[]

describe('the three packages, installed by one command into an empty folder', () => {
  const project = new Project()
  before(() => project.install(...Object.values(tarballs)))
  after(() => project[Symbol.dispose]())

  for (const name of names) {
    it(`${name} holds what runs and the types of what is public, and nothing else`, () => {
      const files = project.filesOf(name).filter((file) => !/^(package\.json|LICENSE|README\.md)$/.test(file))
      const ofTree = /\.test\.|conformance|fixture|testing|\.tmp/
      assert.deepEqual(
        files.filter((file) => !shipped[name].test(file) || ofTree.test(file)),
        [],
      )
      assert.ok(files.length > 0)
    })

    it(`${name} has a manifest without what is of use in the tree alone`, () => {
      const manifest = project.manifestOf(name)
      const ofTree = ['private', 'scripts', 'workspaces', 'devDependencies', 'overrides', 'allowScripts']
      assert.deepEqual(
        ofTree.filter((field) => field in manifest),
        [],
      )
      assert.doesNotMatch(JSON.stringify(manifest).replaceAll('.d.ts', ''), /\.ts"/)
    })

    it(`${name} declares the packages that it imports and no others`, () => {
      const { dependencies, peerDependencies, optionalDependencies } = project.manifestOf(name)
      const declared = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
      const texts = project.filesOf(name).map((file) => project.read(`node_modules/${name}/${file}`))
      const imported = new Set(texts.flatMap(packagesImportedBy))
      assert.deepEqual(
        [...imported].filter((one) => !declared.includes(one) && one !== name),
        [],
      )
      // What is not imported is a peer of a package that is.
      const installed = [...imported].filter((one) => project.has(one))
      const beside = installed.flatMap((one) => Object.keys(project.manifestOf(one).peerDependencies ?? {}))
      assert.deepEqual(
        declared.filter((one) => !imported.has(one) && !beside.includes(one)),
        [],
      )
    })
  }

  it('brings one copy of each package of the OpenTelemetry SDK', () => {
    // It pins the release that it was published with. What it brings is its own: it patches modules.
    const pinned = /\/instrumentation[^/]*\/node_modules\//
    const ours = [...project.installed()].filter(([place]) => !pinned.test(place))
    const ofSdk = ours.filter(([, { name }]) => name.startsWith('@opentelemetry/'))
    const copies = Map.groupBy(ofSdk, ([, { name }]) => name)
    assert.ok(copies.has('@opentelemetry/api') && copies.has('@opentelemetry/sdk-metrics'))
    for (const places of copies.values()) assert.equal(places.length, 1, `${places.map(([place]) => place)}`)
  })

  /** One line for each export of the three packages. */
  const lines = (line: (name: string, index: number) => string) =>
    names
      .flatMap((name) =>
        Object.keys(project.manifestOf(name).exports ?? {})
          .filter((path) => !path.endsWith('.json'))
          .map((path) => join(name, path)),
      )
      .map(line)
      .join('\n')
  const shown = 'console.log(Object.keys(all).join())'

  it('is imported by JavaScript, each export of it', () => {
    const imports = lines((name, i) => `import * as _${i} from '${name}'`)
    project.write('all.mjs', `${imports}\nconst all = { ${lines((_, i) => `..._${i},`)} }\n${shown}\n`)
    assert.match(project.run('node all.mjs'), /\bstartPipeline\b.*\brunAudit\b.*\binstrumentAction\b/)
  })

  it('is required by CommonJS, each export of it, without a warning', () => {
    project.write('all.cjs', `const all = { ${lines((name) => `...require('${name}'),`)} }\n${shown}\n`)
    assert.match(
      project.run('node all.cjs'),
      /^\S*\bstartPipeline\b\S*\brunAudit\b\S*\binstrumentAction\b\S*\n$/,
    )
  })

  const resolutions = [
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'preserve', moduleResolution: 'bundler' },
  ]
  for (const resolution of resolutions)
    it(`has types that hold under moduleResolution ${resolution.moduleResolution}, its own declarations too`, () => {
      project.install('--save-dev', `@types/node@${versionOf('@types/node')}`)
      const compilerOptions = { ...resolution, target: 'esnext', strict: true, noEmit: true, types: ['node'] }
      project.write('tsconfig.json', { compilerOptions, files: ['all.ts', 'metered.ts', 'mailer.ts'] })
      project.write('package.json', { ...JSON.parse(project.read('package.json')), type: 'module' })
      project.write(
        'all.ts',
        lines((name, i) => `import * as _${i} from '${name}'\nvoid _${i}`),
      )
      const readme = project.read('node_modules/@tidegauge/otel/README.md')
      project.write('metered.ts', documentedProgram(readme, 'metered.ts', { url: 'pipeline.endpoint?.url!' }))
      const observers = readFileSync(join(root, 'docs/observers.md'), 'utf8')
      project.write(
        'mailer.ts',
        documentedProgram(observers, 'mailer.ts', { url: 'pipeline.endpoint?.url!' }),
      )
      project.run(`'${process.execPath}' '${join(root, 'node_modules/typescript/bin/tsc')}' -p .`)
      project.run('node all.ts')
      const scrapeOf = (program: string) => project.run(`OTEL_EXPORTER_PROMETHEUS_PORT=0 node ${program}`)
      assert.match(scrapeOf('metered.ts'), /^cafe_orders_total\{drink="tea",.*\} 1$/m)
      const mailer = scrapeOf('mailer.ts')
      for (const [name, value] of Object.entries(mailed))
        assert.match(mailer, new RegExp(`^${name}\\{action="custom",.*\\} ${value}$`, 'm'))
    })

  it('brings parts of the service that work by themselves, and are measured', () => {
    project.write('parts.mjs', parts)
    assert.deepEqual(JSON.parse(project.run('node parts.mjs')), {
      outcomes: ['added', 'duplicate'],
      done: ['a'],
      recovered: 7,
      looked: ['loaded', 'loaded'],
      counts: [1, 1, 2, 1, 1, 1, 1],
    })
  })

  for (const command of ['tidegauge', 'tidegauge-tools'])
    it(`brings the command ${command}`, () => {
      assert.equal(
        project.run(`node_modules/.bin/${command} --version`),
        `${project.manifestOf('tidegauge').version}\n`,
      )
    })
})

/** Uses queue, dedup, checkpoint and cache of the package, and says what has come of it. */
const parts = `import { createTestMeter } from '@tidegauge/otel'
import { cacheMetrics, instrumentCache, MemoryCache } from 'tidegauge/cache'
import { checkpointMetrics, instrumentCheckpoint, SqliteCheckpoint } from 'tidegauge/checkpoint'
import { Database } from 'tidegauge/database'
import { countChecks, dedupMetrics, SqliteDedup } from 'tidegauge/dedup'
import { countEnqueued, instrumentQueue, queueMetrics, SqliteQueue, Workers } from 'tidegauge/queue'

using database = new Database({ dir: 'parts' })
const { meter, value } = createTestMeter()
const own = new SqliteQueue({ database })
const [onAdded, onChecked] = [countEnqueued(meter), countChecks(meter)]
const queue = instrumentQueue(own, meter, 'mails', onAdded)
const stored = new SqliteCheckpoint({ database, queue: own, dedup: new SqliteDedup({ database }) })
const reports = { onEnqueued: (_, jobs) => onAdded(jobs), onChecked }
const checkpoint = instrumentCheckpoint(stored, meter, reports)
const covered = { queue: 'mails', job: { key: 'a' }, once: { scope: 's', key: 'a', windowMs: 1000 } }
const { outcomes } = await checkpoint.save({ listener: 'l', position: 7, jobs: [covered, covered] })

const stop = new AbortController()
const done = []
const work = async (job) => {
  done.push(job.key)
  await queue.complete(job)
  stop.abort()
}
await new Workers({ queue, name: 'mails', concurrency: 2, perGroup: 2, work }).run(stop.signal)
const recovered = await checkpoint.recover('l')

const cache = instrumentCache(new MemoryCache({ sizeOf: () => 1 }), meter)
const looked = []
for (let time = 0; time < 2; time++)
  looked.push(...(await cache.get([{ key: 'k', owner: 'o' }], async () => ['loaded'])))

const metrics = [...queueMetrics, ...dedupMetrics, ...checkpointMetrics, ...cacheMetrics]
const names = ['queue.jobs_enqueued', 'queue.jobs_processed', 'dedup.checks', 'dedup.duplicates_found']
names.push('checkpoint.saves', 'checkpoint.recovery', 'cache.hits')
const counts = await Promise.all(names.map((name) => value(metrics.find((metric) => metric.name === name))))
console.log(JSON.stringify({ outcomes, done, recovered, looked, counts }))
`

/** What the program in the guide of observers has done, in a scrape. */
const mailed = {
  actions_executed_total: 2,
  action_success_total: 1,
  action_failure_total: 1,
  action_timeout_total: 0,
  action_duration_seconds_count: 2,
}

/** What belongs to the service, and what the library installs only where somebody asks for it. */
const unasked =
  /^(@atcute\/.*|secp256k1|express|ws|compression|@grpc\/.*|protobufjs|@opentelemetry\/(instrumentation.*|.*grpc.*))$/

describe('@tidegauge/otel alone', () => {
  const project = new Project()
  before(() => project.install(tarballs['@tidegauge/otel']))
  after(() => project[Symbol.dispose]())

  it('installs neither gRPC nor anything of the service, and little at all', () => {
    const installed = project.names()
    assert.ok(installed.includes('@opentelemetry/sdk-metrics'), `${installed}`)
    assert.deepEqual(
      installed.filter((name) => unasked.test(name) || name === '@tidegauge/tools'),
      [],
    )
    assert.ok(installed.length <= 20, `${installed.length} packages: ${installed}`)
    const megabytes = Number(project.run('du -sm node_modules').split('\t')[0])
    assert.ok(megabytes <= 35, `${megabytes} MB`)
  })

  const started = (options: string) =>
    `(await startPipeline({ catalog: [], service: { name: 'tea', version: '1' }, ${options} })).shutdown()`
  const optional = {
    '@grpc/grpc-js': started(
      `environment: { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }`,
    ),
    '@opentelemetry/instrumentation-runtime-node': started(
      `environment: { OTEL_EXPORTER_PROMETHEUS_PORT: '0' }, runtimeMetrics: true`,
    ),
    '@opentelemetry/instrumentation-http': 'await instrumentHttp({ meterProvider, listensOn: () => [] })',
    '@opentelemetry/context-async-hooks': 'await instrumentHttp({ meterProvider, listensOn: () => [] })',
  }
  for (const [name, use] of Object.entries(optional))
    it(`says that ${name} is to be installed for what needs it, and works once it is`, () => {
      project.write(
        'optional.mjs',
        `import { metrics } from '@opentelemetry/api'
import { instrumentHttp, startPipeline } from '@tidegauge/otel'
const meterProvider = metrics.getMeterProvider()
try {
  ${use}
  console.log('works')
} catch (error) {
  console.log(error.name, error.message)
}
process.exit()
`,
      )
      assert.match(project.run('node optional.mjs'), new RegExp(`^UsageError .*npm install ${name}$`, 'm'))
      const { [name]: range } = project.manifestOf('@tidegauge/otel').peerDependencies ?? {}
      project.install(`${name}@${range}`)
      if (name !== '@opentelemetry/instrumentation-http')
        assert.equal(project.run('node optional.mjs'), 'works\n')
    })

  it('is refused beside an SDK that it does not know, instead of bringing a second one', () => {
    using other = new Project()
    other.write('package.json', { dependencies: { '@opentelemetry/sdk-metrics': '3.0.0' } })
    const output = other.run(`! npm install --dry-run '${tarballs['@tidegauge/otel']}'`)
    assert.match(output, /peer @opentelemetry\/sdk-metrics@"~3\.1\.0" from @tidegauge\/otel/)
  })
})

describe('@tidegauge/tools', () => {
  it('installs neither gRPC nor anything of the service', () => {
    using project = new Project()
    project.install(tarballs['@tidegauge/otel'], tarballs['@tidegauge/tools'])
    const installed = project.names()
    assert.ok(installed.includes('uplot'), `${installed}`)
    assert.deepEqual(
      installed.filter((name) => unasked.test(name) || name === 'tidegauge'),
      [],
    )
  })
})

describe('the sources', () => {
  for (const folder of ['.', 'otel', 'tools'])
    it(`in ${folder} are not packed`, () => {
      const output = packed.run(`! npm pack --dry-run '${join(root, folder)}'`)
      assert.match(output, /npm run packages/)
    })
})

/** The version of a package that the lock of the tree has. */
function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[`node_modules/${name}`]
    .version
}
