import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { isBuiltin } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { metricIn } from '../../otel/pipeline/testing/demo.ts'
import { type OtlpSink, startHttpSink } from '../../otel/pipeline/testing/otlp-sink.ts'
import { startProcess } from './harness/process.ts'
import { Tutorial } from './harness/tutorial.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tidegauge-package-'))
const example = join(folder, 'examples/express')
const installed = join(example, 'node_modules/tidegauge')

describe('the packed package in a foreign project', () => {
  let sink: OtlpSink | undefined

  before(() => {
    const ofRepository = (path: string) => !['node_modules', 'dist'].includes(basename(path))
    cpSync(join(root, 'examples/express'), example, { recursive: true, filter: ofRepository })
  })
  after(async () => {
    await sink?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('makes of an ordinary app what its tutorial says, word for word', async () => {
    const [app, scrape, otlp] = await freePorts(3)
    await using tutorial = new Tutorial({
      folder: example,
      instead: {
        'cd ../.. && npm install && npm pack': `cd '${root}' && npm pack --pack-destination '${folder}'`,
        '8080': `${app}`,
        '9464': `${scrape}`,
        '4318': `${otlp}`,
        // A file puts the variable out of effect, and says so.
        'OTEL_CONFIG_FILE=': 'OTEL_EXPORTER_PROMETHEUS_PORT= OTEL_CONFIG_FILE=',
        'npx tidegauge': 'OTEL_EXPORTER_PROMETHEUS_PORT= npx tidegauge',
      },
      env: {
        PORT: `${app}`,
        OTEL_EXPORTER_PROMETHEUS_PORT: `${scrape}`,
        npm_config_prefer_offline: 'true',
        // With it Node takes the tests of the tutorial for a part of these.
        NODE_TEST_CONTEXT: undefined,
      },
      onElsewhere: async () => {
        sink = await startHttpSink({ port: otlp as number })
      },
    })
    await tutorial.follow(readFileSync(join(example, 'README.md'), 'utf8'))
  })

  it('pushes what was measured by OTLP', () => {
    const last = sink?.received.findLast(({ headers }) => headers['content-type'] === 'application/json')
    assert.ok(last)
    const points = metricIn(last, 'cafe.orders')?.sum?.dataPoints ?? []
    const counts = points.map(({ attributes, asDouble }) => [attributes?.[0]?.value.stringValue, asDouble])
    assert.deepEqual(Object.fromEntries(counts), { espresso: 1, latte: 0, tea: 0 })
  })

  it('lets the app end when it is asked to', async () => {
    const [app] = await freePorts(1)
    const script = `cd '${example}' && exec '${process.execPath}' app.ts`
    const ready = async () => (await fetch(`http://127.0.0.1:${app}/`)).status === 404
    const env = { PORT: `${app}`, OTEL_EXPORTER_PROMETHEUS_PORT: '0' }
    await using running = await startProcess({
      name: 'app',
      command: 'bash',
      args: ['-c', script],
      env,
      ready,
    })
    running.signal('SIGINT')
    assert.equal(await running.exited, 0, running.log())
  })

  it('does what docs/coming-from.md says, in a provider and on a server of others', async () => {
    const [app] = await freePorts(1)
    rmSync(join(example, 'wrong.ts'))
    writeProgram('drop-in.ts', { '9464': '0' }, 'endpoint.url')
    writeProgram('mounted.ts', { '8080': `${app}` }, `'http://127.0.0.1:${app}/metrics'`)
    run('npm run --silent check')
    assert.match(run(`'${process.execPath}' drop-in.ts`), /^jobs_total\{otel_scope_name="worker"\} 1$/m)
    const mounted = run(`'${process.execPath}' mounted.ts`)
    assert.match(mounted, /^cafe_orders_total\{drink="tea",.*\} 1$/m)
    assert.match(mounted, /^uptime_seconds/m)
  })

  it('generates, audits, updates and draws dashboards', () => {
    run('npx tidegauge generate --catalog metrics.ts --out generated')
    const audited = run(
      `npx tidegauge audit --catalog metrics.ts --source app.ts metrics.ts --dashboards 'generated/dashboards/*.json' --fail-on warning`,
    )
    assert.match(audited, /the source \(\d+ metrics declared\)/)
    writeFileSync(join(example, 'mine.json'), '{ "title": "Mine", "uid": "mine", "panels": [] }')
    assert.match(run('npx tidegauge dashboards update mine.json --catalog metrics.ts'), /panels added/)
    assert.match(run('npx tidegauge dashboards render --help'), /--png/)
  })

  it('draws a page with script and font in it', async () => {
    const server = createHttpServer((_, response) =>
      response
        .setHeader('content-type', 'application/json')
        .end('{"status":"success","data":{"resultType":"vector","result":[]}}'),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const args = ['dashboards', 'render', 'mine.json', '--prometheus', url, '--out', 'mine.html']
    const drawing = spawn(process.execPath, [join(installed, 'dist/src/main.js'), ...args], { cwd: example })
    await once(drawing, 'close')
    server.close()
    const page = readFileSync(join(example, 'mine.html'), 'utf8')
    assert.match(page, /uPlot/)
    assert.match(page, /font\/woff2;base64,/)
  })

  it('audits as a library, with types', () => {
    const program = `import { runAudit } from '@tidegauge/tools'
const audit = await runAudit({ dashboards: ['generated/dashboards/*.json'], source: ['metrics.ts'] })
console.log(audit.problems.length, audit.findings.length)
`
    writeFileSync(join(example, 'audit.ts'), program)
    run('npm run --silent check')
    assert.match(run(`'${process.execPath}' audit.ts`), /^0 \d+$/m)
  })

  it('brings one copy of each package of the OpenTelemetry SDK', () => {
    const packages = globSync('node_modules/**/@opentelemetry/*/package.json', { cwd: example })
    const copies = Map.groupBy(packages, (path) => manifestOf(join(example, dirname(path))).name)
    // It patches modules on behalf of whoever extends it, and each release of those has its own.
    copies.delete('@opentelemetry/instrumentation')
    assert.ok(copies.has('@opentelemetry/sdk-metrics') && copies.has('@opentelemetry/api'))
    for (const [name, places] of copies) if (name) assert.equal(places.length, 1, `${places}`)
  })

  it('refuses a project with another SDK instead of adding a second one', () => {
    const dependencies = {
      tidegauge: `file:${folder}/tidegauge-0.1.0.tgz`,
      '@opentelemetry/sdk-metrics': '3.1.1',
    }
    const project = mkdtempSync(join(folder, 'other-'))
    writeFileSync(join(project, 'package.json'), JSON.stringify({ dependencies }))
    const output = run(`cd '${project}' && ! npm install --dry-run`)
    assert.match(output, /peer @opentelemetry\/sdk-metrics@"3\.1\.0" from tidegauge/)
  })

  it('holds what runs and the types of what is public, and nothing else', () => {
    const files = globSync('**', { cwd: installed, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(installed.length + 1))
    const expected =
      /^(dist\/(otel|src)\/.*\.js|dist\/otel\/.*\.d\.ts|(dist\/)?package\.json|LICENSE|README\.md)$/
    assert.deepEqual(
      files.filter((file) => !expected.test(file) || /\.test\.|conformance|fixture|testing|\.tmp/.test(file)),
      [],
    )
  })

  it('imports its dependencies and no others', () => {
    const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifestOf(installed)
    const sources = globSync('dist/**/*.js', { cwd: installed }).map((file) => join(installed, file))
    const imports = /(?:\bfrom |\bimport |\bimport\(|\(import\.meta\.url\)\()'([^'.][^']*)'/g
    const imported = new Set(
      sources
        .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(imports)])
        .map(([, target = '']) => target)
        .filter((target) => !isBuiltin(target))
        .map((target) =>
          target
            .split('/')
            .slice(0, target.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    )
    const declared = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
    assert.deepEqual(
      [...imported].filter((name) => !declared.includes(name)),
      [],
    )
    // The rest: a file that is found at run time, the types of what is public, or a peer of a package that is imported.
    const types = globSync('dist/**/*.d.ts', { cwd: installed }).map((file) => join(installed, file))
    const text = [...sources, ...types].map((file) => readFileSync(file, 'utf8')).join('\n')
    const peers = [...imported].flatMap((name) => {
      const { peerDependencies: wanted = {} } = manifestOf(join(example, 'node_modules', name))
      return Object.keys(wanted)
    })
    const isUsed = (name: string) =>
      imported.has(name) || new RegExp(`['"]${name}['"/]`).test(text) || peers.includes(name)
    assert.deepEqual(
      declared.filter((name) => !isUsed(name)),
      [],
    )
  })
})

/** Writes a program of docs/coming-from.md that scrapes itself when all is set up. */
function writeProgram(name: string, instead: Readonly<Record<string, string>>, url: string): void {
  const text = readFileSync(join(root, 'docs/coming-from.md'), 'utf8')
  const found = new RegExp(`^\`\`\`ts ${name}\\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1]
  assert.ok(found, `no program ${name}`)
  const program = Object.entries(instead).reduce((all, [from, to]) => all.replace(from, to), found)
  const end = `for (;;) {
  const answer = await fetch(${url}).catch(() => undefined)
  if (answer === undefined) continue
  console.log(await answer.text())
  process.exit(0)
}`
  writeFileSync(join(example, name), `${program}${end}\n`)
}

/** Runs commands in the example. @returns what they say. @throws {Error} with that when they fail. */
function run(commands: string): string {
  return execFileSync('bash', ['-c', `{ ${commands}; } 2>&1`], { cwd: example, encoding: 'utf8' })
}

interface Manifest {
  readonly name?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
}

/** Ports that nobody listens on at the moment, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
