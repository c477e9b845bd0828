import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { ownComponents } from '@tidegauge/otel/catalog/own'
import { cleanClassic } from '../dashboards/testing/clean.ts'
import { variedDashboards } from '../dashboards/testing/varied.ts'
import { type UpdateFileOptions, updateFile } from './update-file.ts'

const scrape = `# HELP app_lost_total Lost items.
# TYPE app_lost_total counter
app_lost_total{reason="size"} 5
app_lost_total{reason="age"} 5
# TYPE app_queue gauge
app_queue 3
# TYPE app_pool_bytes gauge
app_pool_bytes 3
# TYPE go_goroutines gauge
go_goroutines 3
`

const source = `import { Counter, Gauge } from 'prom-client'
const failed = new Counter({ name: 'app_failed_total', help: 'Failed.' })
export function fail() { failed.inc() }
`

const catalog = `metrics:
  - name: app.level
    instrument: gauge
    unit: ''
    description: The level.
    thresholds: { warning: 10, critical: 100 }
  - name: app.hidden
    instrument: gauge
    unit: ''
    description: Hidden.
    noPanel: Nobody wants to know.
`

describe('updateFile', () => {
  const before = JSON.stringify(cleanClassic(), null, 2)
  let dir = ''
  const path = (name: string) => join(dir, name)
  const options = (more: Partial<UpdateFileOptions>): UpdateFileOptions => ({
    file: path('d.json'),
    scrapes: [],
    scrapeHeaders: {},
    catalog: undefined,
    sources: [],
    dashboards: [],
    metrics: undefined,
    thresholds: undefined,
    mode: 'write',
    ...more,
  })
  const names = ({ additions }: Awaited<ReturnType<typeof updateFile>>) =>
    additions.map(({ metric }) => metric.name)

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'update-'))
    for (const [name, text] of Object.entries({
      'd.json': before,
      scrape,
      'app.ts': source,
      'catalog.yaml': catalog,
    }))
      writeFileSync(path(name), text)
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('says which pattern of other dashboards matches nothing', async () => {
    const { problems } = await updateFile(
      options({ scrapes: [path('scrape')], dashboards: [path('none-*.json')] }),
    )
    assert.deepEqual(problems, [
      `${path('none-*.json')}: no file matches this pattern; check it, and quote it in the shell`,
    ])
  })

  it('adds what a scrape has and no panel shows, keeps what was there, and does nothing more the second time', async () => {
    const result = await updateFile(options({ scrapes: [path('scrape')] }))
    assert.deepEqual(names(result).sort(), ['app_lost_total', 'app_pool_bytes'])
    assert.equal(result.backup, path('d.json.bak'))
    assert.equal(readFileSync(path('d.json.bak'), 'utf8'), before)
    const after = readFileSync(path('d.json'), 'utf8')
    const again = await updateFile(options({ scrapes: [path('scrape')] }))
    assert.deepEqual([again.additions, again.backup], [[], undefined])
    assert.equal(readFileSync(path('d.json'), 'utf8'), after)
    assert.deepEqual(readdirSync(dir).sort(), ['app.ts', 'catalog.yaml', 'd.json', 'd.json.bak', 'scrape'])
  })

  for (const { name, text } of variedDashboards) {
    it(`keeps every byte in the backup, from which the same is made again: ${name}`, async () => {
      const original = Buffer.from(text)
      writeFileSync(path('d.json'), original)
      const { backup } = await updateFile(options({ scrapes: [path('scrape')] }))
      const after = readFileSync(path('d.json'))
      assert.equal(backup, path('d.json.bak'))
      assert.ok(original.equals(readFileSync(path('d.json.bak'))), 'the backup is the original')
      copyFileSync(path('d.json.bak'), path('d.json'))
      await updateFile(options({ scrapes: [path('scrape')] }))
      assert.ok(after.equals(readFileSync(path('d.json'))), 'the same comes of it')
    })
  }

  it('takes the catalog of the program by its name', async () => {
    const own = { name: 'own', file: 'own.ts', load: async () => ownComponents }
    const result = await updateFile(options({ catalog: 'own', own, mode: 'dry-run' }))
    assert.ok(names(result).includes('uptime_seconds'), names(result).join(' '))
  })

  it('asks a service, with the headers that are given', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.headers.authorization === 'Bearer x' ? 200 : 401, {
        'content-type': 'text/plain',
      })
      response.end(scrape)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
    await assert.rejects(updateFile(options({ scrapes: [url] })), /401/)
    const result = await updateFile(options({ scrapes: [url], scrapeHeaders: { authorization: 'Bearer x' } }))
    assert.equal(result.additions.length, 2)
    server.close()
  })

  it('adds what source declares, and what a catalog declares without a reason against it', async () => {
    const result = await updateFile(options({ sources: [path('app.ts')], catalog: path('catalog.yaml') }))
    assert.deepEqual(names(result).sort(), ['app_failed_total', 'app_level'])
    assert.match(readFileSync(path('d.json'), 'utf8'), /"color": "red",\s*"value": 100/)
  })

  it('takes thresholds from a file, and says which it knows no metric for', async () => {
    writeFileSync(
      path('t.yaml'),
      'thresholds: { app_level: { critical: 77 }, app_levl: { critical: 1 } }\nrunbooks: x.md\n',
    )
    const result = await updateFile(options({ catalog: path('catalog.yaml'), thresholds: path('t.yaml') }))
    assert.match(readFileSync(path('d.json'), 'utf8'), /"color": "red",\s*"value": 77/)
    assert.equal(result.problems.length, 1)
    assert.match(result.problems[0] ?? '', /app_levl: there is no such metric; did you mean app_level\?/)
  })

  it('adds only what is asked for, even of the runtime', async () => {
    const result = await updateFile(options({ scrapes: [path('scrape')], metrics: ['go_goroutines'] }))
    assert.deepEqual(names(result), ['go_goroutines'])
  })

  it('leaves out what other dashboards show, and says which of them it could not read', async () => {
    const panel = { id: 1, type: 'stat', targets: [{ refId: 'A', expr: 'app_lost_total' }] }
    writeFileSync(path('other.json'), JSON.stringify({ title: 'Other', panels: [panel] }))
    writeFileSync(path('broken.json'), '{')
    const result = await updateFile(options({ scrapes: [path('scrape')], dashboards: [dir] }))
    assert.deepEqual(names(result), ['app_pool_bytes'])
    assert.equal(result.problems.length, 1)
    assert.match(result.problems[0] ?? '', /broken\.json:1: the text ends/)
  })

  for (const mode of ['dry-run', 'guide'] as const) {
    it(`writes nothing but its page for ${mode}`, async () => {
      const { page, backup } = await updateFile(options({ scrapes: [path('scrape')], mode }))
      assert.match(page, mode === 'guide' ? /^# Clean: 2 metrics to add/ : /^--- .*d\.json\n\+\+\+ /)
      assert.equal(backup, undefined)
      assert.equal(readFileSync(path('d.json'), 'utf8'), before)
      assert.equal(readdirSync(dir).length, 4)
    })
  }

  const wrong: readonly {
    name: string
    more: (path: (name: string) => string) => Partial<UpdateFileOptions>
    says: RegExp
  }[] = [
    {
      name: 'a metric that nobody knows',
      more: (at) => ({ scrapes: [at('scrape')], metrics: ['app_lots_total'] }),
      says: /did you mean app_lost_total\?/,
    },
    {
      name: 'a dashboard that is none',
      more: (at) => ({ file: at('scrape'), scrapes: [at('scrape')] }),
      says: /not JSON/,
    },
    {
      name: 'a dashboard that is not there',
      more: (at) => ({ file: at('nowhere.json'), scrapes: [at('scrape')] }),
      says: /no such file/,
    },
    { name: 'a scrape that is none', more: (at) => ({ scrapes: [at('d.json')] }), says: /scrape/ },
  ]
  for (const { name, more, says } of wrong) {
    it(`refuses ${name} in one line, and changes nothing`, async () => {
      await assert.rejects(updateFile(options(more(path))), (error: Error & { type?: string }) => {
        assert.match(error.message, says)
        assert.doesNotMatch(error.message, /\n/)
        return error.type === 'usage'
      })
      assert.equal(readFileSync(path('d.json'), 'utf8'), before)
    })
  }
})
