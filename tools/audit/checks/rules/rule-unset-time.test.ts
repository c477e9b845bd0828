import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildInventory } from '../../../metrics/build-inventory.ts'
import { readRules } from '../../../rules/read.ts'
import { readWritten } from '../../../source/source.fixture.ts'
import { ruleUnsetTime } from './rule-unset-time.ts'

const gauge = (more = '') =>
  `import { Gauge } from 'prom-client'
const last = new Gauge({ name: 'last_run_timestamp_seconds', help: 'x'${more} })
export const done = () => last.setToCurrentTime()
done()`
const age = 'time() - last_run_timestamp_seconds > 600'

const rows = [
  { what: 'the age of a moment that begins as 0', expr: age, source: gauge(), found: 1 },
  {
    what: 'the age of the latest',
    expr: age.replace('last_run_timestamp_seconds', 'max(last_run_timestamp_seconds)'),
    source: gauge(),
    found: 1,
  },
  {
    what: 'one that leaves out 0',
    expr: `${age} and last_run_timestamp_seconds > 0`,
    source: gauge(),
    found: 0,
  },
  {
    what: 'one by a label, which begins with its first value',
    expr: age,
    source: gauge(", labelNames: ['job']"),
    found: 0,
  },
  { what: 'one of another service', expr: age, source: 'export const nothing = 1', found: 0 },
  { what: 'a moment that came lately', expr: age.replace('>', '<'), source: gauge(), found: 0 },
]

describe('alerts on moments', () => {
  for (const { what, expr, source, found } of rows) {
    it(`${found > 0 ? 'report' : 'say nothing of'} ${what}`, async () => {
      const { declared } = await readWritten({ 'main.js': source })
      const text = `groups:\n- name: g\n  rules:\n  - alert: A\n    expr: ${expr}\n`
      const part = {
        catalog: undefined,
        source: declared,
        targets: [],
        dashboards: [],
        rules: [readRules({ file: 'r.yaml', text })],
        prometheus: undefined,
      }
      const findings = [...(await ruleUnsetTime.run({ ...part, inventory: buildInventory(part) }))]
      assert.equal(findings.length, found)
    })
  }
})
