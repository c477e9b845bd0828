import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type AuditFlags, auditCommand, listChecks } from './command.ts'

const scrape = `# HELP orders_total Orders taken.
# TYPE orders_total counter
orders_total 3
# HELP queue_depth Orders that wait.
# TYPE queue_depth gauge
queue_depth -1
`
const catalog = `metrics:
  - { name: orders, instrument: counter, unit: "{order}", description: Orders taken. }
  - { name: queue.depth, instrument: histogram, unit: "{order}", description: Orders that wait. }
`

describe('tidegauge audit', () => {
  let dir = ''
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidegauge-audit-'))
    await write({
      'scrape.txt': scrape,
      'catalog.yaml': catalog,
      'broken.json': '{"panels": [',
      'broken.yaml': 'groups: [',
    })
  })
  after(() => rm(dir, { recursive: true }))

  const path = (file: string) => join(dir, file)
  const write = (files: Readonly<Record<string, string>>) =>
    Promise.all(Object.entries(files).map(([file, text]) => writeFile(path(file), text)))

  /** Runs the command on the scrape and the catalog, with what is said beside. */
  async function audit(flags: AuditFlags = {}) {
    let [out, err] = ['', '']
    const code = await auditCommand(
      { scrape: [path('scrape.txt')], catalog: path('catalog.yaml'), ...flags },
      {
        program: 'tidegauge',
        version: '1.2.3',
        hasColor: false,
        out: (text) => {
          out += text
        },
        err: (text) => {
          err += text
        },
      },
    )
    return { code, out, err }
  }

  it('shows findings with place, reason and mend, in 100 columns, and exits with 1 for errors', async () => {
    const { code, out, err } = await audit()
    assert.equal(code, 1)
    assert.equal(err, '')
    assert.match(out, /error {3}line 4\n +queue_depth is declared as a histogram/)
    assert.match(out, /→ .*\n/)
    assert.match(out, /Audited the scrape of .*scrape\.txt \(2\s+metrics, 2 series\), the\s+catalog/)
    for (const line of out.split('\n')) assert.ok(line.length <= 100 || line.includes(dir), line)
  })

  it('shows the report when it cannot be written, and says why', async () => {
    let out = ''
    const flags = { scrape: [path('scrape.txt')], output: path('nowhere/report.txt') }
    const output = {
      program: 'tidegauge',
      version: '1',
      hasColor: false,
      out: (text: string) => (out += text),
      err: () => {},
    }
    await assert.rejects(auditCommand(flags, output), { type: 'usage', message: /its folder does not exist/ })
    assert.match(out, /Audited the scrape/)
  })

  it('fails from the level on that is asked for', async () => {
    assert.equal((await audit({ 'fail-on': 'none' })).code, 0)
    assert.equal((await audit({ 'fail-on': 'warning' })).code, 1)
  })

  it('reports as JSON, with a fingerprint for each finding', async () => {
    const report = JSON.parse((await audit({ format: 'json' })).out)
    assert.equal(report.version, 2)
    assert.equal(report.tool.version, '1.2.3')
    assert.equal(
      report.summary.error,
      report.findings.filter(({ level }: { level: string }) => level === 'error').length,
    )
    for (const { check, fingerprint } of report.findings) {
      assert.ok(check)
      assert.match(fingerprint, /^[0-9a-f]{16}$/)
    }
    const depth = report.metrics.find(({ name }: { name: string }) => name === 'queue_depth')
    assert.deepEqual([depth.isExposed, depth.hasMoved], [true, true])
  })

  it('reports as SARIF with a rule for each result', async () => {
    const log = JSON.parse((await audit({ format: 'sarif' })).out)
    const [{ tool, results, invocations }] = log.runs
    assert.equal(log.version, '2.1.0')
    assert.equal(invocations[0].executionSuccessful, true)
    assert.ok(results.length > 0)
    for (const { ruleId, ruleIndex, level, message, locations } of results) {
      assert.equal(tool.driver.rules[ruleIndex].id, ruleId)
      assert.ok(['error', 'warning', 'note'].includes(level))
      assert.ok(message.text.length > 10)
      assert.ok(locations[0].physicalLocation.artifactLocation.uri)
    }
  })

  it('reports as Markdown: coverage, what to do first, a table of metrics, findings', async () => {
    const { out } = await audit({ format: 'markdown' })
    for (const part of [
      '# Audit of the metrics',
      '## Coverage',
      '## What to do first',
      '## Metrics',
      '## Errors (',
    ]) {
      assert.ok(out.includes(`${part}`), part)
    }
    assert.match(out, /\| `orders_total` \| counter \|/)
  })

  it('writes the report to a file, and says so', async () => {
    const { out, err } = await audit({ output: path('report.txt') })
    assert.equal(out, '')
    assert.match(err, /the report is in .*report\.txt/)
    assert.match(await readFile(path('report.txt'), 'utf8'), /Audited/)
  })

  it('audits the rest when something cannot be read, says so in a line each, and exits with 2', async () => {
    const { code, out, err } = await audit({
      dashboards: [path('broken.json'), path('none-*.json')],
      rules: [path('broken.yaml')],
      prometheus: 'http://127.0.0.1:1',
      source: [path('missing.ts')],
    })
    assert.equal(code, 2)
    assert.match(out, /queue_depth/)
    const lines = err.trimEnd().split('\n')
    for (const says of [
      /broken\.json:\d+/,
      /none-\*\.json: no file matches/,
      /broken\.yaml:1/,
      /127\.0\.0\.1:1/,
      /missing\.ts/,
    ])
      assert.equal(
        lines.filter((line) => line.startsWith('tidegauge: ') && says.test(line)).length,
        1,
        String(says),
      )
    assert.equal(lines.length, 5, err)
  })

  it('knows what the baseline knows, counts what is new, and tells what is gone', async () => {
    const baseline = path('baseline.json')
    assert.equal((await audit({ baseline, 'write-baseline': true })).code, 0)
    assert.equal((await audit({ baseline })).code, 0)
    assert.match((await audit({ baseline })).out, /The baseline knows \d+ findings? of before/)

    await write({ 'more.txt': `${scrape}broken\n` })
    const more = await audit({ baseline, scrape: [path('scrape.txt'), path('more.txt')] })
    assert.equal(more.code, 1)
    assert.match(more.out, /the value is missing/)

    const fewer = await audit({ baseline, scrape: [path('scrape.txt')], catalog: await fixed() })
    assert.equal(fewer.code, 0)
    assert.match(fewer.out, /Fixed since the baseline: queue_depth/)
  })

  async function fixed(): Promise<string> {
    await write({
      'fixed.yaml': catalog.replace('queue.depth, instrument: histogram', 'queue.depth, instrument: gauge'),
    })
    return path('fixed.yaml')
  }

  it('accepts exceptions with a reason, and finds those that accept nothing', async () => {
    const reason = 'renamed with the next release'
    await write({
      'settings.yaml': `except:
  - { check: 'metric-*', subject: 'queue_depth*', reason: ${reason} }
  - { check: name-convention, subject: queue_depth*, reason: ${reason} }
  - { check: scrape-syntax, file: nothing.txt, reason: of old }
fail-on: warning
`,
    })
    const { code, out } = await audit({ config: path('settings.yaml'), format: 'json' })
    const report = JSON.parse(out)
    assert.equal(code, 0)
    assert.ok(report.excepted.length > 0)
    for (const { exception } of report.excepted) assert.equal(exception, reason)
    const unused = report.findings.filter(({ check }: { check: string }) => check === 'exception-unused')
    assert.ok(unused.some(({ reason: said }: { reason: string }) => said.includes('of old')))
  })

  const refused = [
    {
      text: 'except: [{ check: metric-type }]',
      says: /settings\.yaml:1: except\[0\]\.reason: is missing; say why it is accepted$/,
    },
    {
      text: 'except: [{ check: metric-tipe, reason: x }]',
      says: /there is no check metric-tipe; did you mean metric-type\?/,
    },
    { text: 'dashboard: a', says: /dashboard: is not a known key; did you mean dashboards\?$/ },
    { text: 'interval: soon', says: /interval: is "soon"; write a duration like 10s or 1m$/ },
  ]
  for (const { text, says } of refused) {
    it(`refuses the settings ${text}`, async () => {
      await write({ 'settings.yaml': text })
      await assert.rejects(audit({ config: path('settings.yaml') }), { message: says })
    })
  }

  it('lists every check with what it looks for', () => {
    assert.match(listChecks(), /^metric-type +\w.*\.$/m)
  })
})
