import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { generatedFiles } from '../generate/files.ts'
import { loadCatalog } from './load.ts'
import { defaultSettings } from './overrides.ts'

const yaml = `components:
  - name: shop
    title: Shop
    description: Orders of customers.
    metrics:
      - name: shop.orders
        instrument: counter
        unit: "{order}"
        description: Orders taken.
        attributes: { way: [web, phone], customer: { limit: 50 } }
        formerly: [orders_count]
        sampled: true
        noAlert: Few orders are not a fault.
      - name: shop.queue
        instrument: gauge
        unit: "{order}"
        description: Orders that wait.
        thresholds: { warning: 10, critical: 100 }
      - name: shop.pack
        instrument: histogram
        unit: s
        description: How long packing takes.
        buckets: [1, 10, 100]
        stream: { name: shop.pack.duration, attributes: { hall: warehouse.hall } }
        attributes: { warehouse.hall: [north, south] }
      - name: shop.open
        instrument: gauge
        description: Whether it is open.
        meanings: [{ value: 0, text: Closed, severity: warning }, { value: 1, text: Open, severity: ok }]
        recordedBy: the door
      - name: shop.build
        instrument: gauge
        description: Always 1.
        noPanel: It never changes.
    recordings:
      - record: instance:shop_pack:mean5m
        query: instance:shop_pack:sum5m / sum by (job, instance) (rate(shop_pack_duration_seconds_count[5m]))
        unit: s
        description: Mean time of packing.
        thresholds: { critical: 60 }
      - record: instance:shop_pack:sum5m
        query: sum by (job, instance) (rate(shop_pack_duration_seconds_sum[5m]))
        unit: s/s
        description: Time that packing takes.
    panels:
      - panel: Packing
        description: Mean time of packing.
        kind: timeseries
        unit: s
        thresholdsOf: instance:shop_pack:mean5m
        overview: true
        row: Warehouse
        stacked: true
        targets:
          - { query: "instance:shop_pack:mean5m", legend: mean }
          - { query: "max(shop_queue)", legend: queue }
    alerts:
      - alert: QueueLong
        query: shop_queue > \${critical(shop_queue)} or shop_queue{job="\${warning(shop_queue)}"} > 5
        for: 5m
        severity: critical
        summary: Orders wait.
        description: Too many.
        runbook: Pack.
        tests:
          fires: { series: [{ query: shop_queue, values: "{critical*2}x240" }], at: 20m, labels: { team: a } }
          quiet: { series: [{ query: shop_queue, values: "{critical/2}x240" }], at: 20m }
`

const source = `
const orders = { name: 'shop.orders', instrument: 'counter', unit: '{order}', description: 'Orders taken.', attributes: { way: ['web', 'phone'], customer: { limit: 50 } }, formerly: ['orders_count'], sampled: true, noAlert: 'Few orders are not a fault.' }
const queue = { name: 'shop.queue', instrument: 'gauge', unit: '{order}', description: 'Orders that wait.', thresholds: { warning: 10, critical: 100 } }
const pack = { name: 'shop.pack', instrument: 'histogram', unit: 's', description: 'How long packing takes.', buckets: [1, 10, 100], stream: { name: 'shop.pack.duration', attributes: { hall: 'warehouse.hall' } }, attributes: { 'warehouse.hall': ['north', 'south'] } }
const open = { name: 'shop.open', instrument: 'gauge', unit: '', description: 'Whether it is open.', meanings: [{ value: 0, text: 'Closed', severity: 'warning' }, { value: 1, text: 'Open', severity: 'ok' }], recordedBy: 'the door' }
const build = { name: 'shop.build', instrument: 'gauge', unit: '', description: 'Always 1.', noPanel: 'It never changes.' }
const sum = { record: 'instance:shop_pack:sum5m', query: promql\`sum by (job, instance) (rate(\${pack}_sum[5m]))\`, unit: 's/s', description: 'Time that packing takes.' }
const mean = { record: 'instance:shop_pack:mean5m', query: promql\`\${sum} / sum by (job, instance) (rate(\${pack}_count[5m]))\`, unit: 's', description: 'Mean time of packing.', thresholds: { critical: 60 } }
export const shop = {
  name: 'shop', title: 'Shop', description: 'Orders of customers.',
  metrics: [orders, queue, pack, open, build],
  recordings: [mean, sum],
  panels: [{ panel: 'Packing', description: 'Mean time of packing.', kind: 'timeseries', unit: 's', thresholdsOf: mean, overview: true, row: 'Warehouse', stacked: true, targets: [{ query: promql\`\${mean}\`, legend: 'mean' }, { query: promql\`max(\${queue})\`, legend: 'queue' }] }],
  alerts: [{
    alert: 'QueueLong', query: promql\`\${queue} > \${critical(queue)} or \${queue}{job="\${warning(queue)}"} > 5\`, for: '5m', severity: 'critical', summary: 'Orders wait.', description: 'Too many.', runbook: 'Pack.',
    tests: { fires: { series: [{ query: promql\`\${queue}\`, values: '{critical*2}x240' }], at: '20m', labels: { team: 'a' } }, quiet: { series: [{ query: promql\`\${queue}\`, values: '{critical/2}x240' }], at: '20m' } },
  }],
}
`

describe('a catalog in a file', () => {
  let dir = ''
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidegauge-catalog-'))
  })
  after(() => rm(dir, { recursive: true }))

  const load = async (name: string, text: string) => {
    const file = join(dir, name)
    await writeFile(file, text)
    return loadCatalog(file)
  }

  it('declares all that a module can, with the same dashboards, rules and pages', async () => {
    const promql = import.meta.resolve('@tidegauge/otel/catalog')
    const fromModule = await load(
      'shop.ts',
      `import { critical, promql, warning } from '${promql}'\n${source}`,
    )
    const fromYaml = await load('shop.yaml', yaml)
    assert.deepEqual(fromYaml, fromModule)
    for (const settings of [
      defaultSettings,
      {
        ...defaultSettings,
        thresholds: { shop_queue: { critical: 7 }, 'instance:shop_pack:mean5m': { critical: 8 } },
      },
    ]) {
      const [one, other] = [fromYaml, fromModule].map((components) =>
        generatedFiles({ components, settings }),
      )
      assert.deepEqual(one, other)
    }
  })

  it('may be a module that exports each declaration, with or without a component around them', async () => {
    const declarations = `
      export const orders = { name: 'orders', instrument: 'counter', unit: '', description: '' }
      export const few = { record: 'few', query: { strings: ['1'], parts: [] }, unit: '', description: '' }
      export const panels = [{ panel: 'Orders', description: '', kind: 'stat', unit: '', targets: [] }]
      export const down = { alert: 'Down' }
      export const all = [orders]
      export const ignored = 7`
    const [service, ...others] = await load('loose.mjs', declarations)
    assert.equal(others.length, 0)
    assert.deepEqual(
      [
        service?.title,
        service?.metrics.length,
        service?.recordings.length,
        service?.panels.length,
        service?.alerts.length,
      ],
      ['Service', 1, 1, 1, 1],
    )
    const titled = await load(
      'titled.mjs',
      `${declarations}\nexport const shop = { name: 'shop', title: 'Shop', description: 'Orders.' }`,
    )
    assert.deepEqual(
      titled.map(({ name, title }) => [name, title]),
      [['shop', 'Shop']],
    )
  })

  it('may be a module whose component declares metrics alone', async () => {
    const [shop, ...others] = await load(
      'bare.mjs',
      `export const shop = { name: 'shop', title: 'Shop', metrics: [{ name: 'a', instrument: 'counter', unit: '', description: '' }] }\nexport const all = [shop]`,
    )
    assert.equal(others.length, 0)
    assert.deepEqual([shop?.alerts, shop?.recordings, shop?.panels, shop?.description], [[], [], [], ''])
  })

  it('is told to be missing in the same words, whatever it would have been', async () => {
    for (const file of ['no/such.ts', 'no/such.yaml'])
      await assert.rejects(loadCatalog(file), { message: `${file}: there is no such file; check the path` })
  })

  it('may be JSON, and metrics alone', async () => {
    const [service] = await load(
      'm.json',
      '{"metrics": [{"name": "orders", "instrument": "counter", "description": ""}]}',
    )
    assert.deepEqual([service?.name, service?.metrics[0]?.unit], ['service', ''])
  })

  const refused = [
    {
      from: 'query: sum by (job, instance) (rate(shop_pack_duration_seconds_sum[5m]))',
      to: 'query: max(instance:shop_pack:mean5m)',
      says: /:37: .*recordings\[0\]\.query: names instance:shop_pack:sum5m, which is made of this one; record one/,
    },
    {
      from: 'query: sum by (job, instance) (rate(shop_pack_duration_seconds_sum[5m]))',
      to: 'query: max(instance:shop_pack:sum5m)',
      says: /recordings\[1\]\.query: names the recording itself; record one of them from metrics alone$/,
    },
    {
      from: 'components:',
      to: `components:${'\n  - { name: a, title: A }'.repeat(1000)}`,
      says: /:1: components: has more than 1000 components; split the catalog/,
    },
    {
      from: 'instance:shop_pack:sum5m / sum',
      to: 'instance:shop_pack:sum5m / / sum',
      says: /^\S+:37: components\[0\]\.recordings\[0\]\.query: is not PromQL: .* \(at character \d+\); remove "\/"/,
    },
    {
      from: 'critical(shop_queue)',
      to: 'critical(shop_queu)',
      says: /:59: .*alerts\[0\]\.query: names shop_queu, which the catalog does not have; did you mean shop_queue\?$/,
    },
    {
      from: 'critical(shop_queue)',
      to: 'critical(shop_open)',
      says: /names a threshold that shop_open does not have: critical; give it one$/,
    },
    {
      from: 'thresholdsOf: instance:shop_pack:mean5m',
      to: 'thresholdsOf: shop_open',
      says: /:50: .*panels\[0\]\.thresholdsOf: names shop_open, which has no thresholds; give it some$/,
    },
    {
      from: 'thresholdsOf: instance:shop_pack:mean5m',
      to: 'thresholdsOf: nope',
      says: /thresholdsOf: names nope, which the catalog does not have; declare it, or name another$/,
    },
    {
      from: 'name: shop.build',
      to: 'name: shop.queue\n        unit: "{order}"',
      says: /metrics\[4\]: declares shop_queue a second time; keep one/,
    },
    {
      from: 'buckets: [1, 10, 100]',
      to: 'buckets: [1, 100, 10]',
      says: /buckets: is \[1,100,10\]; write the bounds of buckets from the lowest/,
    },
    { from: 'for: 5m', to: 'for: five', says: /for: is "five"; write a duration as Prometheus does/ },
    {
      from: 'recordedBy',
      to: 'recordedby',
      says: /recordedby: is not a known key; did you mean recordedBy\?$/,
    },
    {
      from: 'series: [{ query: shop_queue, values: "{critical/2}',
      to: 'series: [{ query: "shop_queue{", values: "{critical/2}',
      says: /tests\.quiet\.series\[0\]\.query: is not PromQL/,
    },
  ]
  for (const { from, to, says } of refused) {
    it(`refuses in one line: ${to.split('\n')[0]}`, async () => {
      assert.ok(yaml.includes(from))
      await assert.rejects(
        load(
          'wrong.yaml',
          yaml.replace(from, () => to),
        ),
        (error: Error) => {
          assert.match(error.message, says)
          return !error.message.includes('\n')
        },
      )
    })
  }
})
