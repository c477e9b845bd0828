import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inputsOf } from '../queries/query-inputs.fixture.ts'
import { ruleChecks } from './rule-checks.ts'

const annotations = 'annotations: {summary: s, description: d, runbook_url: https://example.org}'
const alert = (expr: string, more = `for: 5m\n  labels: {severity: warning}\n  ${annotations}`, name = 'A') =>
  `- alert: ${name}\n  expr: '${expr}'\n  ${more}`

/** Rules, and which checks speak up, with a word of what they say. */
const cases: readonly { readonly rules: string; readonly found: readonly (readonly [string, RegExp])[] }[] = [
  { rules: alert('sum(rate(errors_total[5m])) > 1'), found: [] },
  {
    rules: alert('queue_depth > 1', annotations),
    found: [
      ['rule-annotations', /for: 5m/],
      ['rule-annotations', /severity/],
    ],
  },
  {
    rules: alert('queue_depth > 1', 'for: 5m\n  labels: {severity: info}'),
    found: [
      ['rule-annotations', /summary/],
      ['rule-annotations', /description/],
      ['rule-annotations', /runbook/],
    ],
  },
  {
    rules: alert('queue_depth > 1', `for: 5m\n  labels: {severity: critcal}\n  ${annotations}`),
    found: [['rule-severity', /Write critical/]],
  },
  {
    rules: `${alert('queue_depth > 1')}\n${alert('queue_depth > 2')}`,
    found: [['rule-duplicate', /r.yaml:4/]],
  },
  {
    rules: `${alert('queue_depth > 1')}\n${alert('queue_depth  > 1', undefined, 'B')}`,
    found: [['rule-duplicate', /query of A/]],
  },
  {
    rules: 'groups: [{name: g, rules: []}, {name: g, rules: []}]',
    found: [['rule-duplicate', /group named "g"/]],
  },
  { rules: alert('queue_depth < 0'), found: [['rule-never-fires', /at least 0/]] },
  { rules: alert('up > 1'), found: [['rule-never-fires', /between 0 and 1/]] },
  { rules: alert('lag_seconds > 5 and lag_seconds < 3'), found: [['rule-never-fires', /both > 5 and < 3/]] },
  { rules: alert('absent(up) == 0'), found: [['rule-never-fires', /never/]] },
  { rules: alert('sum(rate(errors_total[5m])) < 0'), found: [['rule-never-fires', /never/]] },
  { rules: alert('lag_seconds > 3 < 2'), found: [['rule-never-fires', /at least 3/]] },
  { rules: alert('queue_depth >= 0'), found: [['rule-always-fires', /every value/]] },
  { rules: alert('sum(rate(events_total[5m]))'), found: [['rule-always-fires', /compares nothing/]] },
  { rules: alert('vector(1)'), found: [['rule-always-fires', /vector/]] },
  { rules: alert('vector(1)', undefined, 'Watchdog'), found: [] },
  { rules: alert('lag_seconds > bool 5'), found: [['rule-always-fires', /bool/]] },
  { rules: alert('lag_seconds > 5 or vector(0)'), found: [['rule-always-fires', /vector/]] },
  { rules: alert('absent(up{job="x"} == 1)'), found: [] },
  { rules: alert('lag_seconds unless connected'), found: [] },
  {
    rules: alert('sum(rate(errors_total[5m])) / sum(rate(events_total[5m])) < 0.05'),
    found: [['rule-flipped', /errors_total is < 0.05/]],
  },
  { rules: alert('connected == 1'), found: [['rule-flipped', /connected/]] },
  { rules: alert('connected == 0'), found: [] },
  {
    rules: `groups:\n- name: g\n  interval: 10m\n  rules:\n${alert('queue_depth > 1').replaceAll(/^/gm, '  ')}`,
    found: [['rule-for-interval', /every 10m/]],
  },
  {
    rules: '- record: a:b:c\n  expr: sum(d:e:f)\n- record: d:e:f\n  expr: sum(queue_depth)',
    found: [['rule-order', /further down/]],
  },
  { rules: '- record: a:b:c\n  expr: sum(a:b:c)', found: [['rule-order', /itself/]] },
  {
    rules: '- record: depth\n  expr: sum(queue_depth)',
    found: [['rule-record-name', /level:metric:operations/]],
  },
  {
    rules: alert(
      'sum by (type) (rate(errors_total[5m])) > 1',
      `for: 5m\n  labels: {severity: info}\n  annotations: {summary: "{{ $labels.typ }}", description: "{{ $labels.type }} {{ $value }}", runbook_url: x}`,
    ),
    found: [['rule-template', /Write type/]],
  },
  {
    rules: alert(
      'queue_depth > 1',
      `for: 5m\n  labels: {severity: info}\n  annotations: {summary: "{{ $value }", description: "{{ $label.x }}", runbook_url: x}`,
    ),
    found: [
      ['rule-template', /not closed/],
      ['rule-template', /\$label,/],
    ],
  },
]

describe('checks of rules', () => {
  for (const { rules, found } of cases) {
    it(`${found.length === 0 ? 'say nothing' : `report ${found.map(([check]) => check).join(', ')}`} for ${rules.replaceAll(/\s+/g, ' ').slice(0, 90)}`, async () => {
      const inputs = inputsOf({ rules })
      const all = await Promise.all(ruleChecks.map((check) => check.run(inputs)))
      const findings = all.flatMap((each) => [...each])
      assert.deepEqual(
        findings.map(({ check }) => check),
        found.map(([check]) => check),
        JSON.stringify(findings),
      )
      for (const [index, { reason, mend }] of findings.entries())
        assert.match(`${reason} ${mend}`, found[index]?.[1] ?? /./)
    })
  }
})
