import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  generate,
  loadCatalog,
  renderDashboard,
  runAudit,
  UsageError,
  updateDashboard,
} from '@tidegauge/tools'

describe('the functions of the package', () => {
  let folder = ''
  const path = (name: string) => join(folder, name)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidegauge-tools-'))
    await writeFile(
      path('metrics.yaml'),
      'metrics:\n  - { name: shop.queue, instrument: gauge, unit: "{order}", description: Orders that wait., noAlert: few wait }',
    )
    await writeFile(path('empty.json'), '{"title": "T", "uid": "t", "schemaVersion": 41, "panels": []}')
  })
  after(() => rm(folder, { recursive: true }))

  it('load nothing but the class of errors, and what masks secrets in them, before they are called', () => {
    const hooks = `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => (process._rawDebug('loaded ' + url), next(url, context)) })`
    const entry = fileURLToPath(new URL('tools.ts', import.meta.url))
    const { stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`, entry],
      { encoding: 'utf8' },
    )
    const loaded = [...stderr.matchAll(/^loaded file:.*\/(\w+\/[\w-]+\.ts)$/gm)].map(([, file]) => file)
    assert.deepEqual(loaded, ['tools/tools.ts', 'otel/usage-error.ts', 'otel/mask.ts', 'otel/nearest.ts'])
  })

  it('generate from a catalog, and audit what was generated', async () => {
    const { files } = await generate({
      out: folder,
      config: undefined,
      catalog: path('metrics.yaml'),
      check: false,
    })
    assert.ok(files > 2)
    const { findings, problems } = await runAudit({
      catalog: await loadCatalog(path('metrics.yaml')),
      dashboards: [path('dashboards/*.json')],
    })
    assert.deepEqual([findings, problems], [[], []])
  })

  it('add to a dashboard what it lacks', async () => {
    const { additions } = await updateDashboard({
      file: path('empty.json'),
      scrapes: [],
      scrapeHeaders: {},
      catalog: path('metrics.yaml'),
      sources: [],
      dashboards: [],
      metrics: undefined,
      thresholds: undefined,
      mode: 'write',
    })
    assert.deepEqual(
      additions.map(({ metric }) => metric.name),
      ['shop_queue'],
    )
    assert.match(await readFile(path('empty.json'), 'utf8'), /shop_queue/)
  })

  it('refuse wrong use with one class of errors', async () => {
    await assert.rejects(loadCatalog(path('none.yaml')), UsageError)
    const drawn = renderDashboard({
      file: path('none.json'),
      connect: () => assert.fail('connects'),
      from: 'now-1h',
      to: 'now',
      variables: new Map(),
      theme: 'dark',
      widthPx: 1000,
      searchPath: '',
      now: new Date(0),
    })
    await assert.rejects(drawn, UsageError)
  })
})
