import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { components } from '../../src/catalog/catalog.ts'
import { ownCatalog } from '../../src/cli/own-catalog.ts'
import { publicName } from '../../tools/catalog-file/render-query.ts'
import { generate } from '../../tools/generate/generate.ts'
import { ruleFiles } from './harness/observed.ts'
import { ruleMutants } from './harness/rule-mutants.ts'
import { programs } from './setup/programs.ts'

const { promtool } = await programs()
const folder = mkdtempSync(join(tmpdir(), 'rules-'))
after(() => rmSync(folder, { recursive: true }))

function run(...args: readonly string[]): { ok: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8' })
  return { ok: status === 0, said: stdout + stderr }
}

const testOf = (file: string) => join(dirname(file), 'tests', basename(file).replace(/\.yaml$/, '.test.yaml'))

describe('the generated rules', () => {
  it('are there', () => assert.ok(ruleFiles.length > 0))

  it('are what promtool accepts, with every lint', () => {
    const { ok, said } = run('check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles)
    assert.ok(ok, said)
  })

  it('fire and stay quiet as their tests say', () => {
    const { ok, said } = run('test', 'rules', ...ruleFiles.map(testOf))
    assert.ok(ok, said)
  })

  // What no test can tell apart would not change when an alert fires either.
  for (const file of ruleFiles)
    it(`has tests that notice whatever is bent in ${basename(file)}`, (context) => {
      const tests = readFileSync(testOf(file), 'utf8')
      mkdirSync(join(folder, 'tests'), { recursive: true })
      const testFile = join(folder, 'tests', basename(testOf(file)))
      writeFileSync(testFile, tests)
      let killed = 0
      const alive: string[] = []
      for (const { what, alert, text } of ruleMutants(readFileSync(file, 'utf8'))) {
        writeFileSync(join(folder, basename(file)), text)
        const only = alert === undefined ? [] : ['--run', `^${alert} `]
        if (run('test', 'rules', ...only, testFile).ok) alive.push(what)
        else killed += 1
      }
      context.diagnostic(`${killed} of ${killed + alive.length} bent rules noticed`)
      assert.deepEqual(alive, [])
    })
})

describe('rules with the settings of a user', () => {
  it('pass their tests as well, with other bounds, durations, severities, labels and jobs', async () => {
    const config = join(folder, 'config.yaml')
    writeFileSync(
      config,
      `thresholds:
  firehose_lag_seconds: { warning: 7, critical: 77 }
  instance:http_request_errors:ratio_rate5m: { warning: 0.2, critical: 0.4 }
  storage_operation_seconds: { critical: 3 }
alerts:
  FirehoseDown: { for: 3h, severity: warning, labels: { team: ingest } }
  FirehoseLagging: { for: 30s }
  SearchSlow: { enabled: false }
jobs: [tide.one, tide-two]
`,
    )
    const out = join(folder, 'out')
    await generate({ out, config, catalog: undefined, own: ownCatalog, check: false })
    const files = ruleFiles.map((file) => join(out, 'dashboards/alerts', basename(file)))
    const checked = run('check', 'rules', '--lint=all', '--lint-fatal', ...files)
    assert.ok(checked.ok, checked.said)
    const tested = run('test', 'rules', ...files.map(testOf))
    assert.ok(tested.ok, tested.said)
    assert.doesNotMatch(readFileSync(join(out, 'dashboards/alerts/search.yaml'), 'utf8'), /SearchSlow/)
  })

  for (const bound of [0, 0.0001])
    it(`pass their tests with every bound at ${bound}`, async () => {
      const bounded = components
        .flatMap(({ metrics, recordings }) => [...metrics, ...recordings])
        .filter(({ thresholds }) => thresholds !== undefined)
      const thresholds = bounded.map((of) => {
        const levels = (['warning', 'critical'] as const).filter(
          (level) => of.thresholds?.[level] !== undefined,
        )
        return [publicName(of), Object.fromEntries(levels.map((level) => [level, bound]))] as const
      })
      assert.ok(thresholds.length > 20)
      const config = join(folder, 'bounds.json')
      writeFileSync(config, JSON.stringify({ thresholds: Object.fromEntries(thresholds) }))
      const out = join(folder, `at-${bound}`)
      await generate({ out, config, catalog: undefined, own: ownCatalog, check: false })
      const files = ruleFiles.map((file) => join(out, 'dashboards/alerts', basename(file)))
      const tested = run('test', 'rules', ...files.map(testOf))
      assert.ok(tested.ok, tested.said)
    })
})
