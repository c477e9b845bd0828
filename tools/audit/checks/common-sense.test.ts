import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checks } from './checks.ts'
import { isOversight } from './oversight.ts'
import { inputsOf, type PanelSketch } from './queries/query-inputs.fixture.ts'

/** What a sensible person would ask about, and what lies next to it and is fine. */
interface Row {
  readonly check: string
  readonly says: string
  readonly panels?: readonly PanelSketch[]
  readonly rules?: string
  readonly withScrape?: boolean
  /** Levels of the findings of the check. */
  readonly found: readonly string[]
}

const graph = (...exprs: readonly string[]) => [{ targets: exprs.map((expr) => ({ expr })) }]
const named = (expr: string, legend: string) => [{ targets: [{ expr, legend }] }]
const alert = (name: string, expr: string, severity = 'warning', held = '5m') =>
  `- alert: ${name}\n  expr: ${expr}\n  for: ${held}\n  labels: {severity: ${severity}}\n`
const record = (name: string, expr: string) => `- record: ${name}\n  expr: ${expr}\n`
const six = (expr: (number: number) => string) =>
  [1, 2, 3, 4, 5, 6].map((number) => record(`a:b:c${number}`, expr(number))).join('')

const part = 'sum(rate(events_total{type="sync"}[5m]))'
const whole = 'sum(rate(events_total[5m]))'
const p99 = 'histogram_quantile(0.99, sum by (le) (rate(duration_seconds_bucket[5m])))'

const rows: readonly Row[] = [
  {
    check: 'query-no-name',
    says: 'a sum of everything',
    panels: graph('sum({job=~"$job"})'),
    found: ['warning'],
  },
  { check: 'query-no-name', says: 'a count of everything', panels: graph('count({job=~"$job"})'), found: [] },
  {
    check: 'query-no-name',
    says: 'counts by name',
    panels: graph('topk(5, count by (__name__) ({job=~"$job"}))'),
    found: [],
  },
  {
    check: 'query-no-name',
    says: 'a pattern for the name',
    panels: graph('sum({__name__=~"queue_.*", job=~"$job"})'),
    found: [],
  },
  {
    check: 'query-turned-matcher',
    says: 'all but the chosen job',
    panels: graph('max(up{job!~"$job"})'),
    found: ['warning'],
  },
  {
    check: 'query-turned-matcher',
    says: 'a label that a variable of another name leaves out',
    panels: graph('max(up{instance!~"$job"})'),
    found: [],
  },
  {
    check: 'query-turned-matcher',
    says: 'a rule without the job of all others',
    rules: six(() => 'max(up{job="a"})') + record('x:y:z', 'max(up{job!="a"})'),
    found: ['warning'],
  },
  {
    check: 'query-turned-matcher',
    says: 'a rule about the others',
    rules: record('x:y:a', 'max(up{job="a"})') + record('x:y:z', 'max(up{job!="a"})'),
    found: [],
  },
  {
    check: 'query-missing-matcher',
    says: 'a rule over every job',
    rules: six(() => 'max(up{job="a"})') + record('x:y:z', 'max(up)'),
    found: ['warning'],
  },
  {
    check: 'query-missing-matcher',
    says: 'a rule over another job',
    rules: six(() => 'max(up{job="a"})') + record('x:y:z', 'max(up{job="b"})'),
    found: [],
  },
  {
    check: 'query-missing-matcher',
    says: 'a file that names jobs here and there',
    rules: record('x:y:a', 'max(up{job="a"})') + record('x:y:z', 'max(up)'),
    found: [],
  },
  { check: 'query-never-true', says: 'a rate below zero', panels: graph(`${whole} < 0`), found: ['error'] },
  { check: 'query-never-true', says: 'a rate above zero', panels: graph(`${whole} > 0`), found: [] },
  {
    check: 'query-never-true',
    says: 'a rate below zero, as a number',
    panels: graph(`${whole} < bool 0`),
    found: [],
  },
  {
    check: 'query-share-upside-down',
    says: 'all by a part',
    panels: graph(`${whole} / ${part}`),
    found: ['warning'],
  },
  {
    check: 'query-share-upside-down',
    says: 'a part times all',
    panels: graph(`${part} * ${whole}`),
    found: ['warning'],
  },
  { check: 'query-share-upside-down', says: 'a part by all', panels: graph(`${part} / ${whole}`), found: [] },
  {
    check: 'query-share-upside-down',
    says: 'a part by another',
    panels: graph(`${part} / sum(rate(events_total{type="commit"}[5m]))`),
    found: [],
  },
  {
    check: 'query-same-legend',
    says: 'two queries of one name',
    panels: [{ targets: [part, whole].map((expr) => ({ expr, legend: 'events' })) }],
    found: ['warning'],
  },
  {
    check: 'query-same-legend',
    says: 'a metric and what it was called before',
    panels: [
      { targets: [whole, 'sum(rate(old_events_total[5m]))'].map((expr) => ({ expr, legend: 'events' })) },
    ],
    found: [],
  },
  {
    check: 'query-legend',
    says: 'kinds that are all called the same',
    panels: named('rate(events_total[5m])', 'events'),
    found: ['warning'],
  },
  { check: 'query-legend', says: 'one series', panels: named('max(queue_depth)', 'depth'), found: [] },
  { check: 'query-legend', says: 'a gauge of no labels', panels: named('queue_depth', 'depth'), found: [] },
  {
    check: 'rule-severity-order',
    says: 'the more severe one first',
    rules: alert('Long', 'queue_depth > 100') + alert('TooLong', 'queue_depth > 50', 'critical'),
    found: ['warning'],
  },
  {
    check: 'rule-severity-order',
    says: 'one above the other',
    rules: alert('Long', 'queue_depth > 100') + alert('TooLong', 'queue_depth > 500', 'critical'),
    found: [],
  },
  {
    check: 'rule-severity-order',
    says: 'the same bound held for longer',
    rules: alert('Long', 'queue_depth > 100') + alert('TooLong', 'queue_depth > 100', 'critical', '1h'),
    found: [],
  },
  {
    check: 'rule-severity-order',
    says: 'too much and too little that meet',
    rules: alert('Much', 'queue_depth > 10') + alert('Little', 'queue_depth < 20'),
    found: ['warning'],
  },
  {
    check: 'rule-severity-order',
    says: 'too much and too little',
    rules: alert('Much', 'queue_depth > 100') + alert('Little', 'queue_depth < 1'),
    found: [],
  },
  {
    check: 'rule-share-in-percent',
    says: 'a share above 95',
    rules: alert('Few', 'avg_over_time(cache_hit_ratio[5m]) < 95'),
    found: ['warning'],
  },
  {
    check: 'rule-share-in-percent',
    says: 'a share',
    rules: alert('Few', 'cache_hit_ratio < 0.95'),
    found: [],
  },
  {
    check: 'rule-share-in-percent',
    says: 'a share in percent',
    rules: alert('Few', 'cache_hit_ratio * 100 < 95'),
    found: [],
  },
  {
    check: 'rule-record-range',
    says: 'an hour called 5m',
    rules: record('job:events:rate5m', 'sum by (job) (rate(events_total[1h]))'),
    found: ['warning'],
  },
  {
    check: 'rule-record-range',
    says: 'five minutes',
    rules: record('job:events:rate5m', 'sum by (job) (rate(events_total[300s]))'),
    found: [],
  },
  {
    check: 'rule-never-fires',
    says: 'a quantile beyond the buckets',
    rules: alert('Slow', `${p99} > 2`),
    withScrape: true,
    found: ['error'],
  },
  {
    check: 'rule-never-fires',
    says: 'a recorded quantile beyond the buckets',
    rules: record('all:duration_seconds:p99', p99) + alert('Slow', 'all:duration_seconds:p99 > 2'),
    withScrape: true,
    found: ['error'],
  },
  {
    check: 'rule-never-fires',
    says: 'a quantile within the buckets',
    rules: alert('Slow', `${p99} > 0.5`),
    withScrape: true,
    found: [],
  },
  {
    check: 'rule-duplicate',
    says: 'two things of one name',
    rules: alert('Bad', 'queue_depth > 10') + alert('Bad', 'lag_seconds > 10', 'critical'),
    found: ['warning'],
  },
  {
    check: 'rule-duplicate',
    says: 'two severities of one thing',
    rules: alert('Bad', 'queue_depth > 10') + alert('Bad', 'queue_depth > 20', 'critical'),
    found: [],
  },
  {
    check: 'rule-template',
    says: 'a brace too few, with others after it',
    rules: `${alert('A', 'queue_depth > 1')}  annotations: {summary: "{{ $labels.job } has {{ $value }}"}`,
    found: ['error'],
  },
  {
    check: 'rule-template',
    says: 'a brace in a text',
    rules: `${alert('A', 'queue_depth > 1')}  annotations: {summary: '{{ printf "{%s}" $labels.job }}'}`,
    found: [],
  },
  {
    check: 'rule-flipped',
    says: 'a connection that stands',
    rules: alert('Down', 'max(connected) != 0'),
    found: ['warning'],
  },
  {
    check: 'dashboard-variable-unknown',
    says: 'a variable of Grafana misspelt',
    panels: graph('rate(events_total[$__rate_intervl])'),
    found: ['error'],
  },
  {
    check: 'query-odd-aggregation',
    says: 'one maximum among sums',
    panels: graph(...Array.from({ length: 6 }, () => whole), 'max(rate(wait_seconds_count{op="get"}[5m]))'),
    found: ['warning'],
  },
  {
    check: 'query-odd-aggregation',
    says: 'sums and maxima',
    panels: graph(whole, 'max(rate(wait_seconds_count{op="get"}[5m]))'),
    found: [],
  },
  {
    check: 'rule-record-level',
    says: 'an instance that is not kept',
    rules: record('instance:queue_depth:max', 'max by (job) (queue_depth)'),
    found: ['warning'],
  },
  {
    check: 'rule-record-level',
    says: 'kinds that are not in the name',
    rules: record('job:events:rate5m', 'rate(events_total[5m])'),
    found: ['warning'],
  },
  {
    check: 'rule-flipped',
    says: 'a slow one that fires when it is fast, under a condition',
    rules: alert('Slow', 'lag_seconds < 5 and on () max(connected) > 0'),
    found: ['warning'],
  },
  { check: 'rule-flipped', says: 'too little', rules: alert('QueueLow', 'queue_depth < 5'), found: [] },
  {
    check: 'rule-record-level',
    says: 'an instance that is kept',
    rules: record('instance_op:wait_seconds:rate5m', 'sum by (instance, op) (rate(wait_seconds_sum[5m]))'),
    found: [],
  },
  {
    check: 'rule-window-words',
    says: 'a text about other minutes',
    rules: `${alert('Many', 'increase(events_total[1h]) > 5')}  annotations: {summary: "Many in the last 15 minutes."}`,
    found: ['warning'],
  },
  {
    check: 'rule-window-words',
    says: 'the minutes of a recorded range, and those of the for',
    rules: `${record('job:events:rate15m', 'sum by (job) (rate(events_total[15m]))')}${alert('Many', 'job:events:rate15m > 5')}  annotations: {summary: "Many in the last 15 minutes, for five minutes."}`,
    found: [],
  },
]

describe('what common sense finds', () => {
  for (const { check: name, says, found, ...inputs } of rows) {
    it(`${name}: ${found.length === 0 ? 'nothing in ' : ''}${says}`, async () => {
      const check = checks.find((each) => each.name === name)
      const findings = [...((await check?.run(inputsOf(inputs))) ?? [])]
      assert.deepEqual(
        findings.map(({ level }) => level),
        found,
        findings.map(({ reason }) => reason).join('\n'),
      )
    })
  }

  it('takes what one of seven lacks as forgotten, and what two of seven lack as a choice', () => {
    assert.equal(isOversight({ lacking: 1, having: 6 }), true)
    assert.equal(isOversight({ lacking: 2, having: 5 }), false)
    assert.equal(isOversight({ lacking: 0, having: 9 }), false)
  })
})
