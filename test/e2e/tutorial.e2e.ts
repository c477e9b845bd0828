import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { metricIn } from '../../otel/pipeline/testing/demo.ts'
import { type OtlpSink, startHttpSink } from '../../otel/pipeline/testing/otlp-sink.ts'
import { documentedProgram } from './harness/documented-program.ts'
import { freePort } from './harness/network.ts'
import { startProcess } from './harness/process.ts'
import { Project } from './harness/project.ts'
import { Tutorial } from './harness/tutorial.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('the example, with the packed packages', { timeout: 600_000 }, () => {
  const example = new Project('examples/express')
  const ports = { app: 0, scrape: 0, otlp: 0 }
  let sink: OtlpSink | undefined

  before(async () => {
    example.copy(join(root, 'examples/express'))
    for (const name of ['app', 'scrape', 'otlp'] as const) ports[name] = await freePort()
  })
  after(async () => {
    await sink?.[Symbol.asyncDispose]()
    example[Symbol.dispose]()
  })

  it('becomes what its tutorial says, word for word', async () => {
    await using tutorial = new Tutorial({
      folder: example.folder,
      instead: {
        'cd ../.. && npm install && npm run packages': `node '${root}/scripts/pack.ts' ../..`,
        '8080': `${ports.app}`,
        '9464': `${ports.scrape}`,
        '4318': `${ports.otlp}`,
        // With a file, the service would print that the variable has no effect.
        'OTEL_CONFIG_FILE=': 'OTEL_EXPORTER_PROMETHEUS_PORT= OTEL_CONFIG_FILE=',
        'npx tidegauge': 'OTEL_EXPORTER_PROMETHEUS_PORT= npx tidegauge',
      },
      env: {
        PORT: `${ports.app}`,
        OTEL_EXPORTER_PROMETHEUS_PORT: `${ports.scrape}`,
        npm_config_prefer_offline: 'true',
        // Otherwise Node reports the tests of the tutorial as a part of these.
        NODE_TEST_CONTEXT: undefined,
      },
      onElsewhere: async () => {
        sink = await startHttpSink({ port: ports.otlp })
      },
    })
    await tutorial.follow(example.read('README.md'))
  })

  it('has installed nothing of the service', () => {
    const names = example.names()
    assert.ok(names.includes('@tidegauge/otel') && names.includes('@tidegauge/tools'), `${names}`)
    assert.deepEqual(
      names.filter((name) => /^(@atcute\/.*|@grpc\/.*|tidegauge|ws)$/.test(name)),
      [],
    )
  })

  it('pushes what was measured by OTLP', () => {
    const last = sink?.received.findLast(({ headers }) => headers['content-type'] === 'application/json')
    assert.ok(last)
    const points = metricIn(last, 'cafe.orders')?.sum?.dataPoints ?? []
    const counts = points.map(({ attributes, asDouble }) => [attributes?.[0]?.value.stringValue, asDouble])
    assert.deepEqual(Object.fromEntries(counts), { espresso: 1, latte: 0, tea: 0 })
  })

  it('lets the app end when it is asked to', async () => {
    const port = await freePort()
    await using running = await startProcess({
      name: 'app',
      command: 'bash',
      args: ['-c', `cd '${example.folder}' && exec '${process.execPath}' app.ts`],
      env: { PORT: `${port}`, OTEL_EXPORTER_PROMETHEUS_PORT: '0' },
      ready: async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 404,
    })
    running.signal('SIGINT')
    assert.equal(await running.exited, 0, running.log())
  })

  it('does what docs/coming-from.md says, in a provider and on a server of others', async () => {
    const page = readFileSync(join(root, 'docs/coming-from.md'), 'utf8')
    const port = await freePort()
    const dropIn = { instead: { '9464': '0' }, url: 'endpoint.url' }
    const mounted = { instead: { '8080': `${port}` }, url: `'http://127.0.0.1:${port}/metrics'` }
    example.write('drop-in.ts', documentedProgram(page, 'drop-in.ts', dropIn))
    example.write('mounted.ts', documentedProgram(page, 'mounted.ts', mounted))
    // The tutorial has it to show what does not compile.
    rmSync(join(example.folder, 'wrong.ts'), { force: true })
    example.run('npm run --silent check')
    assert.match(example.run('node drop-in.ts'), /^jobs_total\{otel_scope_name="worker"\} 1$/m)
    const scraped = example.run('node mounted.ts')
    assert.match(scraped, /^cafe_orders_total\{drink="tea",.*\} 1$/m)
    assert.match(scraped, /^uptime_seconds/m)
  })

  it('generates, audits, updates and draws dashboards', () => {
    example.run('npx tidegauge-tools generate --catalog metrics.ts --out generated')
    const audited = example.run(
      `npx tidegauge-tools audit --catalog metrics.ts --source app.ts metrics.ts --dashboards 'generated/dashboards/*.json' --fail-on warning`,
    )
    assert.match(audited, /the source \(\d+ metrics declared\)/)
    example.write('mine.json', { title: 'Mine', uid: 'mine', panels: [] })
    assert.match(
      example.run('npx tidegauge-tools dashboards update mine.json --catalog metrics.ts'),
      /panels added/,
    )
    assert.match(example.run('npx tidegauge-tools dashboards render --help'), /--png/)
  })

  it('draws a page with script and font in it', async () => {
    const server = createServer((_, response) =>
      response
        .setHeader('content-type', 'application/json')
        .end('{"status":"success","data":{"resultType":"vector","result":[]}}'),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const args = ['dashboards', 'render', 'mine.json', '--prometheus', url, '--out', 'mine.html']
    const drawing = spawn('node_modules/.bin/tidegauge-tools', args, {
      cwd: example.folder,
      stdio: 'inherit',
    })
    await once(drawing, 'close')
    server.close()
    assert.match(example.read('mine.html'), /uPlot/)
    assert.match(example.read('mine.html'), /font\/woff2;base64,/)
  })

  it('audits as a library, with types', () => {
    const program = `import { runAudit } from '@tidegauge/tools'
const audit = await runAudit({ dashboards: ['generated/dashboards/*.json'], source: ['metrics.ts'] })
console.log(audit.problems.length, audit.findings.length)
`
    example.write('audit.ts', program)
    example.run('npm run --silent check')
    assert.match(example.run('node audit.ts'), /^0 \d+$/m)
  })
})
