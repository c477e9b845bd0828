import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ComponentCatalog, MetricDefinition, Panel } from '@tidegauge/otel/catalog'
import { components } from '../../../src/catalog/catalog.ts'
import { ownCatalog } from '../../../src/cli/own-catalog.ts'
import { generatedFiles } from '../../../tools/generate/files.ts'
import { generate } from '../../../tools/generate/generate.ts'
import { findDrift } from '../../../tools/generate/write.ts'

describe('generate', () => {
  let out: string
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'generate-'))
  })
  afterEach(() => rm(out, { recursive: true }))
  const run = (more: Partial<Parameters<typeof generate>[0]> = {}) =>
    generate({ out, config: undefined, catalog: undefined, check: false, own: ownCatalog, ...more })

  it('writes everything once, and nothing again', async () => {
    const { files, drift } = await run()
    assert.equal(drift.length, files)
    assert.ok(files > 20)
    assert.deepEqual((await run()).drift, [])
    assert.deepEqual((await run({ check: true })).drift, [])
  })

  it('finds what a person changed, removed, or left over, and mends only that', async () => {
    await run()
    await writeFile(join(out, 'docs/metrics.md'), 'mine')
    await rm(join(out, 'dashboards/alerts/http.yaml'))
    await writeFile(join(out, 'dashboards/alerts/gone.yaml'), '# Generated from the catalog\n')
    await writeFile(join(out, 'dashboards/alerts/own.yaml'), 'groups: []\n')
    const expected = [
      { path: 'dashboards/alerts/http.yaml', how: 'missing' },
      { path: 'docs/metrics.md', how: 'different' },
      { path: 'dashboards/alerts/gone.yaml', how: 'left over' },
    ]
    assert.deepEqual((await run({ check: true })).drift, expected)
    assert.equal(await readFile(join(out, 'docs/metrics.md'), 'utf8'), 'mine')
    assert.deepEqual((await run()).drift, expected)
    assert.deepEqual((await run({ check: true })).drift, [])
    assert.equal(await readFile(join(out, 'dashboards/alerts/own.yaml'), 'utf8'), 'groups: []\n')
  })

  it('refuses a folder that cannot be made', { timeout: 10_000 }, async () => {
    await writeFile(join(out, 'file'), '')
    // Node's own recursive mkdir never returns from /proc.
    for (const [to, code] of [
      ['/proc/tidegauge', 'ENOENT'],
      [join(out, 'file'), 'ENOTDIR'],
    ] as const)
      await assert.rejects(run({ out: to }), {
        message: `${to}: it cannot be written (${code}); choose another --out`,
      })
  })

  it('says on the page of runbooks that there is none where a catalog declares no alert', async () => {
    const catalog = join(out, 'metrics.yaml')
    await writeFile(catalog, 'metrics: [{ name: orders, instrument: counter, description: Orders. }]\n')
    await run({ catalog })
    const page = await readFile(join(out, 'docs/runbooks.md'), 'utf8')
    assert.match(page, /^# Runbooks\n\nGenerated from the catalog, which declares no alerts/)
    assert.doesNotMatch(page, /\n\n\n|one section for each alert/)
  })

  it('looks at a panel and at a metric as often, however many components there are', () => {
    const reads = (count: number) => {
      const read = { panel: 0, metric: 0 }
      const many: readonly ComponentCatalog[] = Array.from({ length: count }, (_, at) => {
        const metric: MetricDefinition = {
          name: `c${at}.level`,
          unit: '',
          description: 'A level.',
          get instrument() {
            read.metric += 1
            return 'gauge' as const
          },
        }
        const panel: Panel = {
          panel: 'Level',
          description: 'A level.',
          kind: 'timeseries',
          unit: '',
          get targets() {
            read.panel += 1
            return [{ query: { strings: ['', ''], parts: [metric] }, legend: 'level' }]
          },
        }
        const named = { name: `c${at}`, title: `C${at}`, description: '' }
        return { ...named, metrics: [metric], panels: [panel], recordings: [], alerts: [] }
      })
      generatedFiles({ components: many })
      return read
    }
    const [few, more] = [reads(10), reads(40)]
    assert.ok(more.panel <= 4 * few.panel, `${few.panel} reads of 10 panels, ${more.panel} of 40`)
    assert.ok(more.metric <= 4 * few.metric, `${few.metric} reads of 10 metrics, ${more.metric} of 40`)
  })

  it('follows recordings that are made of each other, however many ways there are and however long they are', async () => {
    const catalog = join(out, 'metrics.yaml')
    const recordings = Array.from({ length: 15_000 }, (_, at) => {
      const below = `r:${at + 1}`
      const query = at < 60 ? `${below} + ${below}` : `sum(${below})`
      return { record: `r:${at}`, query: at < 14_999 ? query : 'a', description: 'R.' }
    })
    const test = { series: [{ query: 'a', values: '1x20' }], at: '10m' }
    const alert = {
      ...{ alert: 'High', query: 'r:0 > 1', for: '5m', severity: 'warning' },
      ...{
        summary: 'It is high.',
        description: 'High.',
        runbook: 'Look.',
        tests: { fires: test, quiet: test },
      },
    }
    const metrics = [{ name: 'a', instrument: 'gauge', description: 'A.' }]
    const component = { name: 'c', title: 'C', metrics, recordings, alerts: [alert] }
    await writeFile(catalog, JSON.stringify({ components: [component] }))
    await run({ catalog })
    const alerts = Array.from({ length: 200 }, (_, at) => ({ ...alert, alert: `High${at}` }))
    const many = join(out, 'many.yaml')
    await writeFile(many, JSON.stringify({ components: [{ ...component, alerts }] }))
    await assert.rejects(run({ catalog: many }), {
      message: `${many}: its alerts follow too many recordings to tell their metrics; let them build on fewer`,
    })
    assert.match(await readFile(join(out, 'docs/metrics.md'), 'utf8'), /\| `a` \|.*\[High\]/)
    const rules = await readFile(join(out, 'dashboards/alerts/c.yaml'), 'utf8')
    const order = [...rules.matchAll(/record: r:(\d+)$/gm)].map(([, at]) => Number(at))
    assert.deepEqual(
      order,
      recordings.map((_, at) => 14_999 - at),
    )
  })

  it('changes a bound in dashboards, rules, tests and reference alike', async () => {
    const config = join(out, 'c.yaml')
    await writeFile(config, 'thresholds: { storage_disk_bytes: { warning: 123456 } }')
    await run({ config })
    for (const path of [
      'dashboards/storage.json',
      'dashboards/alerts/storage.yaml',
      'docs/metrics.md',
      'docs/runbooks.md',
    ])
      assert.match(await readFile(join(out, path), 'utf8'), /123456/, path)
  })

  it('does the same for the catalog of another service', async () => {
    const catalog = join(out, 'metrics.yaml')
    await writeFile(
      catalog,
      `components:
  - name: shop
    title: Shop
    metrics: [{ name: shop.orders, instrument: counter, unit: '{order}', description: Orders. }]
    alerts:
      - alert: NoOrders
        query: rate(shop_orders_total[10m]) == 0
        for: 10m
        severity: warning
        summary: Nobody buys.
        description: Nothing.
        runbook: Advertise.
        tests:
          fires: { series: [{ query: shop_orders_total, values: 5x240 }], at: 30m }
          quiet: { series: [{ query: shop_orders_total, values: 0+1x240 }], at: 30m }
`,
    )
    await run({ catalog })
    assert.match(await readFile(join(out, 'dashboards/shop.json'), 'utf8'), /shop_orders_total/)
    const rules = await readFile(join(out, 'dashboards/alerts/shop.yaml'), 'utf8')
    assert.match(rules, /expr: rate\(shop_orders_total\{job="tidegauge"\}\[10m\]\) == 0/)
  })

  const refused = [
    {
      what: 'no PromQL',
      query: 'rate(a[5m]',
      says: /metrics\.yaml:2: .*query: is not PromQL: nothing closes this \(/,
    },
    { what: 'bounds that it does not compare with', query: 'a > 1', says: /does not compare with critical/ },
  ]
  for (const { what, query, says } of refused)
    it(`refuses a catalog with ${what}`, async () => {
      const catalog = join(out, 'metrics.yaml')
      const test = "{ series: [{ query: a, values: '{critical}x9' }], at: 9m }"
      await writeFile(
        catalog,
        `metrics: [{ name: a, instrument: gauge, description: A. }]
components: [{ name: b, title: B, alerts: [{ alert: A, query: '${query}', for: 2m, severity: info, summary: s,
  description: d, runbook: r, tests: { fires: ${test}, quiet: ${test} } }] }]`,
      )
      await assert.rejects(run({ catalog }), { name: 'UsageError', message: says })
    })

  it('refuses a folder that cannot be written', async () => {
    await writeFile(join(out, 'file'), '')
    await assert.rejects(run({ out: join(out, 'file') }), {
      name: 'UsageError',
      message: /file: it cannot be written \((ENOTDIR|EEXIST)\); choose another --out/,
    })
  })
})

describe('the generated files of this project', () => {
  it('are what the catalog says', async () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url))
    assert.deepEqual(await findDrift(root, generatedFiles({ components, provisioning: true })), [])
  })
})
