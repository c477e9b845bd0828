import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding } from '../../tools/audit/finding.ts'
import type { InputCounts } from '../../tools/audit/input-counts.ts'
import { dashboardsFolder, type Observed, startObserved } from './harness/observed.ts'
import { createRandom } from './harness/random.ts'

const root = join(import.meta.dirname, '../..')

interface Report {
  readonly findings: readonly Finding[]
  readonly problems: readonly string[]
  readonly inputs: InputCounts
}

describe('tidegauge audit of tidegauge itself, under traffic, with every input there is', () => {
  const random = createRandom()
  const stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-self-audit-'))
  let observed: Observed

  before(async () => {
    console.log(`E2E_SEED=${random.seed}`)
    observed = await startObserved({ stack, random })
    await sleep(20_000)
  })

  after(async () => {
    await stack.disposeAsync()
    rmSync(folder, { recursive: true, force: true })
  })

  it('finds nothing above info', async (context) => {
    const { code, report } = await audit()
    assert.deepEqual(report.problems, [])
    assert.deepEqual(
      report.findings.filter(({ level }) => level !== 'info'),
      [],
    )
    assert.equal(code, 0)
    context.diagnostic(`${report.findings.length} notes`)
  })

  it('has audited all of it', async () => {
    const { inputs } = (await audit()).report
    assert.deepEqual(
      inputs.targets.map(({ scrapes }) => scrapes),
      [4],
    )
    for (const [input, count] of Object.entries(inputs)) assert.ok(count, input)
  })

  it('is not blind: a metric misspelt on one panel fails it', async () => {
    const file = join(folder, 'storage.json')
    const text = readFileSync(join(dashboardsFolder, 'storage.json'), 'utf8')
    writeFileSync(file, text.replace('storage_operation_seconds_bucket', 'storage_operations_seconds_bucket'))
    const { code, report } = await audit(file)
    assert.equal(code, 1)
    const found = report.findings.filter(({ check }) => check === 'query-unknown-metric')
    assert.deepEqual(
      found.map(({ level, place }) => [level, place.file]),
      [['error', file]],
    )
  })

  function audit(...more: readonly string[]): Promise<{ code: number; report: Report }> {
    const args = [
      'audit',
      '--json',
      '--fail-on',
      'warning',
      '--catalog',
      'tidegauge',
      '--source',
      'src',
      'otel',
      'tools',
    ]
    args.push('--scrape', `http://${observed.service.metrics}/metrics`, '--scrapes', '4', '--interval', '2s')
    args.push('--dashboards', 'dashboards/*.json', ...more, '--rules', 'dashboards/alerts/*.yaml')
    args.push('--prometheus', observed.prometheus.url)
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        ['src/main.ts', ...args],
        { cwd: root, maxBuffer: 1e8 },
        (error, stdout, stderr) => {
          const code = error?.code ?? 0
          if (typeof code !== 'number' || code > 1) reject(new Error(`${code}: ${stderr}`))
          else resolve({ code, report: JSON.parse(stdout) })
        },
      )
    })
  }
})
