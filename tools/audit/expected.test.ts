import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { generate } from '../generate/generate.ts'
import { type AuditFlags, auditCommand } from './command.ts'

const catalog = `components:
  - name: shop
    title: Shop
    description: The shop.
    metrics:
      - { name: shop.queue, instrument: gauge, unit: "{order}", description: Orders that wait., thresholds: { warning: 10, critical: 100 } }
    recordings:
      - { record: "instance:shop_queue:max5m", query: "max by (job, instance) (max_over_time(shop_queue[5m]))", unit: "{order}", description: Longest queue. }
`

const config = 'thresholds: { shop_queue: { critical: 500 } }\njobs: [shop]\n'

describe('the audit of what was generated', () => {
  let dir = ''
  const path = (file: string) => join(dir, file)
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidegauge-expected-'))
    await writeFile(path('catalog.yaml'), catalog)
    await writeFile(path('generate.yaml'), config)
    await generate({ out: dir, config: path('generate.yaml'), catalog: path('catalog.yaml'), check: false })
  })
  after(() => rm(dir, { recursive: true }))

  async function audit(flags: AuditFlags = {}) {
    let [out, err] = ['', '']
    const code = await auditCommand(
      {
        catalog: path('catalog.yaml'),
        dashboards: [path('dashboards/*.json')],
        rules: [path('dashboards/alerts/*.yaml')],
        format: 'json',
        ...flags,
      },
      {
        program: 'tidegauge',
        version: '1',
        hasColor: false,
        out: (text) => (out += text),
        err: (text) => (err += text),
      },
    )
    const { findings } = JSON.parse(out)
    return {
      code,
      err,
      findings: findings.filter(({ check }: { check: string }) => check.startsWith('catalog-')),
    }
  }

  it('is silent when it is given the settings that generate was given', async () => {
    assert.deepEqual((await audit({ 'generate-config': path('generate.yaml') })).findings, [])
  })

  it('reads them from its own settings file, too', async () => {
    await writeFile(path('audit.yaml'), `generate-config: ${path('generate.yaml')}\n`)
    assert.deepEqual((await audit({ config: path('audit.yaml') })).findings, [])
  })

  it('tells without them what is not as the catalog says, and the command that mends it', async () => {
    const { findings } = await audit()
    assert.deepEqual(
      findings.map(({ check, subject }: { check: string; subject: string }) => `${check} ${subject}`),
      ['catalog-rule instance:shop_queue:max5m/expr'],
    )
    assert.match(
      findings[0].reason,
      /asks `shop_queue\{job="shop"\}\[5m\]`, the catalog `shop_queue\{job="tidegauge"\}\[5m\]`/,
    )
    assert.match(findings[0].mend, /`tidegauge generate --catalog \S+catalog.yaml`; .* set jobs in/)
  })

  it('audits the rest when nothing can be made from a catalog', async () => {
    const panel =
      '{ panel: Queue, description: "", kind: stat, unit: "", targets: [{ query: shop_queue, legend: "" }] }'
    const broken = `${catalog}    panels: [${panel}, ${panel}]\n`
    await writeFile(path('broken.yaml'), broken)
    const { code, err } = await audit({
      catalog: path('broken.yaml'),
      'generate-config': path('generate.yaml'),
    })
    assert.equal(code, 2)
    assert.match(
      err,
      /^tidegauge: \S+broken.yaml: dashboards and rules cannot be made from it: two panels of a dashboard are called "Shop: Queue"/,
    )
    assert.equal(err.trimEnd().split('\n').length, 1)
  })

  it('refuses settings of generate without a catalog, and wrong ones', async () => {
    const flags = { 'generate-config': path('generate.yaml'), dashboards: [path('dashboards/*.json')] }
    const output = { program: 'tidegauge', version: '1', hasColor: false, out: () => {}, err: () => {} }
    await assert.rejects(auditCommand(flags, output), { message: /^--generate-config needs --catalog/ })
    await writeFile(path('wrong.yaml'), 'thresholds: { shop_queu: { critical: 5 } }\n')
    await assert.rejects(audit({ 'generate-config': path('wrong.yaml') }), {
      message: /is not a metric of the catalog; did you mean shop_queue\?$/,
    })
  })
})
