import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, matchesGlob, relative } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { environmentOf, listOf, readDockerfile, type Stage } from '../dockerfile.fixture.ts'
import { answers, freePort, request } from './harness/network.ts'
import { startProcess } from './harness/process.ts'

// No Docker is needed: the steps of the Dockerfile are followed in a folder, with the context that .dockerignore leaves.
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tidegauge-image-'))

describe('the image of the service', { timeout: 600_000 }, () => {
  const stages = readDockerfile(join(root, 'Dockerfile'))
  const last = stages.at(-1) ?? assert.fail('the Dockerfile has no stage')
  const rootOf = (stage: Stage) => join(folder, String(stages.indexOf(stage)))

  before(() => {
    for (const stage of stages) build(stage)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Follows COPY and RUN as far as they concern the folder of the app. */
  function build(stage: Stage): void {
    const app = join(rootOf(stage), 'app')
    mkdirSync(app, { recursive: true })
    for (const { word, text } of stage.instructions)
      if (word === 'COPY') copy(text, app)
      else if (word === 'RUN' && !text.includes('/data')) run(text, app)
  }

  function copy(text: string, app: string): void {
    const [, stage, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(text) ?? []
    const [to = '', ...from] = paths.split(' ').reverse()
    const source = stages.find(({ name }) => name === stage && name !== undefined)
    for (const path of from) {
      const file = join(source ? rootOf(source) : root, path)
      // Of a folder the content is copied, not the folder itself.
      const isInto = !statSync(file).isDirectory() && (from.length > 1 || to.endsWith('/'))
      const filter = (one: string) => source !== undefined || isInContext(relative(root, one))
      const target = isInto ? join(app, to, basename(file)) : join(app, to)
      cpSync(file, target, { recursive: true, verbatimSymlinks: true, filter })
    }
  }

  function run(command: string, cwd: string): void {
    // The Node of the image; npm is that of this machine.
    const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`
    const env = { ...process.env, PATH, npm_config_prefer_offline: 'true' }
    const { status, stdout, stderr } = spawnSync('sh', ['-ec', command], { cwd, env, encoding: 'utf8' })
    assert.equal(status, 0, `RUN ${command}\n${stdout}${stderr}`)
  }

  it('holds what runs and nothing else', () => {
    const app = join(rootOf(last), 'app')
    for (const path of [
      'test',
      'scripts',
      '.git',
      'tsconfig.json',
      'node_modules/typescript',
      'node_modules/node',
    ])
      assert.ok(!existsSync(join(app, path)), path)
    const sources = globSync(['{src,otel,tools}/**/*.ts', '*.ts'], { cwd: app })
    assert.deepEqual(
      sources.filter((file) => !file.endsWith('.d.ts')),
      [],
    )
    const megabytes = Number(execFileSync('du', ['-sm', app], { encoding: 'utf8' }).split('\t')[0])
    assert.ok(megabytes < 150, `${megabytes} MB`)
  })

  it('serves, is found healthy, and exits on SIGTERM', async () => {
    const [port, metrics] = [await freePort(), await freePort()]
    const [program = '', ...args] = [...listOf(last, 'ENTRYPOINT'), ...listOf(last, 'CMD')]
    assert.equal(program, 'node')
    const env = {
      ...environmentOf(last),
      TIDEGAUGE_DATA: join(rootOf(last), 'data'),
      TIDEGAUGE_PORT: String(port),
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metrics),
    }
    await using service = await startProcess({
      name: 'image',
      command: process.execPath,
      args: args.map((arg) => (arg.endsWith('.js') ? join(rootOf(last), 'app', arg) : arg)),
      env,
      ready: () => answers(`http://127.0.0.1:${port}/ready`),
    })
    const [, ...check] = listOf(last, 'HEALTHCHECK').map((text) => text.replace(':3000/', `:${port}/`))
    execFileSync(process.execPath, check)
    assert.throws(() =>
      execFileSync(
        process.execPath,
        check.map((text) => text.replace(`:${port}/`, ':1/')),
      ),
    )
    const scrape = await (await request(`http://127.0.0.1:${metrics}/metrics`)).text()
    assert.match(scrape, /^firehose_connected\{.*\} 1$/m)
    assert.equal(await service.stop(), 0)
  })
})

/** Tells whether .dockerignore lets a file into the build: the last line that matches it, or a folder above it, decides. */
function isInContext(path: string): boolean {
  if (path === '') return true
  let isIn = true
  for (const line of readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const pattern = line.replace(/^!/, '')
    const above = path.split('/').map((_, depth, parts) => parts.slice(0, depth + 1).join('/'))
    if (above.some((one) => matchesGlob(one, pattern))) isIn = line.startsWith('!')
  }
  return isIn
}
