import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AuditInputs } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { queryChecks } from './query-checks.ts'
import { inputsOf } from './query-inputs.fixture.ts'

const r = '[$__rate_interval]'

/** A query in a graph, and what is said about it; nothing when the check is empty. */
const cases: readonly {
  readonly expr: string
  readonly check?: string
  readonly level?: Finding['level']
  readonly says?: RegExp
  readonly legend?: string
  readonly title?: string
  readonly type?: string
  readonly withScrape?: boolean
}[] = [
  {
    expr: `sum(rate(events_total${r})`,
    check: 'query-syntax',
    says: /nothing closes this \( at character 4/,
  },
  { expr: 'rate(events_total)', check: 'query-syntax', says: /range/ },
  { expr: `rate(event_total${r})`, check: 'query-unknown-metric', says: /event_total.*Write events_total/ },
  { expr: 'absent(nothing_like_it)', check: 'query-unknown-metric' },
  { expr: 'job:events:rate5m', check: 'query-unknown-metric', says: /No rule records/ },
  {
    expr: `rate(events_total{typ="commit"}${r})`,
    check: 'query-unknown-label',
    says: /finds nothing.*Write type/,
    level: 'error',
  },
  { expr: `sum by (typ) (rate(events_total${r}))`, check: 'query-unknown-label', says: /Write type/ },
  { expr: `sum without (typ) (rate(events_total${r}))`, check: 'query-unknown-label', level: 'warning' },
  { expr: `sum by (reason) (sum by (type) (rate(errors_total${r})))`, check: 'query-unknown-label' },
  { expr: `rate(events_total{type="comit"}${r})`, check: 'query-unknown-value', says: /Write commit/ },
  { expr: `rate(events_total{type=~"comit|sync"}${r})`, check: 'query-unknown-value', says: /Write commit/ },
  { expr: `rate(events_total{type=~"x.*"}${r})`, check: 'query-unknown-value' },
  { expr: `rate(events_total{type!="comit"}${r})`, check: 'query-unknown-value', level: 'warning' },
  {
    expr: `sum(rate(duration_seconds_bucket{le="0.7"}${r}))`,
    check: 'query-unknown-value',
    withScrape: true,
  },
  { expr: `sum(rate(duration_seconds_bucket{le="1"}${r}))`, withScrape: true },
  { expr: `rate(queue_depth${r})`, check: 'query-rate-on-gauge', says: /deriv/ },
  { expr: `increase(lag_seconds${r})`, check: 'query-rate-on-gauge', says: /delta/ },
  { expr: `delta(events_total${r})`, check: 'query-delta-on-counter', says: /Use increase/ },
  { expr: `deriv(duration_seconds_sum${r})`, check: 'query-delta-on-counter' },
  { expr: 'sum(events_total)', check: 'query-raw-counter', level: 'error' },
  { expr: 'sum(events_total)', check: 'query-raw-counter', level: 'info', type: 'stat' },
  { expr: `avg_over_time(events_total${r})`, check: 'query-raw-counter', says: /how long/ },
  { expr: 'sum(duration_seconds_sum) / sum(duration_seconds_count)', check: 'query-raw-counter' },
  {
    expr: 'histogram_quantile(0.9, sum by (le) (duration_seconds_bucket))',
    check: 'query-raw-counter',
    says: /since the process/,
  },
  { expr: 'count(events_total)' },
  { expr: `sum(rate(events_total${r}))` },
  {
    expr: `histogram_quantile(0.9, sum by (le) (rate(queue_depth${r})))`,
    check: 'query-quantile-input',
    says: /gauge/,
  },
  {
    expr: `histogram_quantile(0.9, sum by (le) (rate(duration_seconds_count${r})))`,
    check: 'query-quantile-input',
    says: /duration_seconds_bucket/,
  },
  { expr: `histogram_quantile(0.9, rate(events_total${r}))`, check: 'query-quantile-input' },
  {
    expr: `histogram_quantile(0.9, sum by (op) (rate(duration_seconds_bucket${r})))`,
    check: 'query-quantile-le',
    says: /by \(le, op\)/,
    legend: '{{op}}',
  },
  { expr: `histogram_quantile(0.9, sum(rate(duration_seconds_bucket${r})))`, check: 'query-quantile-le' },
  {
    expr: `histogram_quantile(0.9, max by (le) (rate(duration_seconds_bucket${r})))`,
    check: 'query-quantile-le',
    level: 'warning',
  },
  {
    expr: `histogram_quantile(0.59, sum by (le) (rate(duration_seconds_bucket${r})))`,
    legend: 'p95',
    check: 'query-quantile-number',
    says: /legend says "p95"/,
  },
  {
    expr: `histogram_quantile(0.95, sum by (le) (rate(duration_seconds_bucket${r})))`,
    title: '99th percentile',
    check: 'query-quantile-number',
  },
  {
    expr: `histogram_quantile(95, sum by (le) (rate(duration_seconds_bucket${r})))`,
    check: 'query-quantile-number',
    says: /Write 0.95/,
  },
  { expr: `histogram_quantile(0.999, sum by (le) (rate(duration_seconds_bucket${r})))`, legend: 'p999' },
  {
    expr: `histogram_quantile(0.5, sum by (le) (rate(duration_seconds_bucket${r})))`,
    title: 'p50 p95',
    legend: 'median',
  },
  { expr: 'sum(rpc_seconds)', check: 'query-quantile-sum' },
  { expr: 'avg(rpc_seconds{quantile="0.9"})', check: 'query-quantile-sum' },
  { expr: `avg(histogram_quantile(0.9, rate(duration_seconds_bucket${r})))`, check: 'query-quantile-sum' },
  { expr: 'max(rpc_seconds{quantile="0.9"})' },
  { expr: 'rate(sum(events_total)[5m:])', check: 'query-rate-of-sum', says: /sum\(rate/ },
  { expr: 'rate(rate(events_total[1m])[5m:])', check: 'query-rate-of-sum', says: /already/ },
  { expr: 'max_over_time(sum(rate(events_total[5m]))[1h:])' },
  { expr: 'rate(events_total[5s])', check: 'query-range', says: /two scrapes/ },
  { expr: 'rate(events_total[$__interval])', check: 'query-range', level: 'warning' },
  { expr: `sum(rate(errors_total[5m])) / sum(rate(events_total[1m]))`, check: 'query-mixed-ranges' },
  { expr: `sum(increase(errors_total[5m])) / sum(rate(events_total[5m]))`, check: 'query-mixed-ranges' },
  {
    expr: `sum(rate(duration_seconds_bucket${r}))`,
    check: 'query-bucket-sum',
    says: /duration_seconds_count/,
  },
  { expr: `sum by (le) (rate(duration_seconds_bucket${r}))`, type: 'heatmap' },
  {
    expr: `rate(duration_seconds${r})`,
    check: 'query-histogram-name',
    withScrape: true,
    says: /duration_seconds_count/,
  },
  { expr: 'sum(duration_seconds)', check: 'query-histogram-name' },
  { expr: `histogram_quantile(0.9, sum(rate(duration_seconds${r})))` },
  {
    expr: `histogram_quantile(0.9, sum by (le) (rate(duration_seconds${r})))`,
    check: 'query-histogram-name',
  },
  {
    expr: `sum by (type) (rate(errors_total${r})) / sum by (reason) (rate(errors_total${r}))`,
    check: 'query-never-matches',
    legend: '{{type}}',
  },
  {
    expr: `sum by (type) (rate(errors_total${r})) / sum(rate(events_total${r}))`,
    check: 'query-never-matches',
    legend: '{{type}}',
  },
  {
    expr: `sum by (type) (rate(errors_total${r})) / on () group_left () sum(rate(events_total${r}))`,
    legend: '{{type}}',
  },
  {
    expr: `sum by (type) (rate(errors_total${r})) / sum by (type) (rate(events_total${r}))`,
    legend: '{{type}}',
  },
  { expr: `sum(rate(errors_total${r})) or vector(0)` },
  {
    expr: `rate(duration_seconds_sum${r}) / rate(wait_seconds_count${r})`,
    check: 'query-mean',
    says: /duration_seconds_count/,
  },
  {
    expr: `avg(rate(duration_seconds_sum${r}) / rate(duration_seconds_count${r}))`,
    check: 'query-mean',
    says: /Sum first/,
  },
  {
    expr: `sum(rate(duration_seconds_sum{op="get"}${r})) / sum(rate(duration_seconds_count{op="put"}${r}))`,
    check: 'query-mean',
  },
  { expr: `sum(rate(duration_seconds_sum${r})) / sum(rate(duration_seconds_count${r}))` },
  { expr: `sum by (type) (rate(events_total${r}))`, legend: 'all', check: 'query-legend', says: /{{type}}/ },
  {
    expr: `sum by (type, reason) (rate(errors_total${r}))`,
    legend: '{{type}}',
    check: 'query-legend',
    says: /{{reason}}/,
  },
  {
    expr: `sum(rate(events_total{type="sync"}${r}))`,
    legend: 'Commit',
    check: 'query-legend',
    says: /type="commit"/,
  },
  { expr: `sum by (type, job) (rate(events_total${r}))`, legend: '{{type}}' },
  { expr: `rate(http_requests_total{status="5.."}${r})`, check: 'query-matcher-operator', level: 'error' },
  { expr: `rate(events_total{job="$job"}${r})`, check: 'query-matcher-operator', says: /several values/ },
  { expr: `rate(events_total{type=~"commit"}${r})`, check: 'query-matcher-operator', level: 'info' },
  { expr: `rate(events_total{job=~"$job", type=~"commit|sync"}${r})` },
  { expr: 'sum(cache_hit_ratio)', check: 'query-sum-of-ratio', says: /avg/ },
  { expr: 'sum(last_run_timestamp_seconds)', check: 'query-sum-of-ratio', says: /max/ },
  { expr: `sum(irate(events_total${r}))`, check: 'query-irate', level: 'info' },
  { expr: `avg(rate(events_total${r}))`, check: 'query-average-of-kinds', says: /Write sum/ },
  { expr: `max by (type) (rate(events_total${r}))`, legend: '{{type}}' },
  { expr: `avg(rate(http_requests_total${r}))` },
  { expr: 'time() - max(last_run_timestamp_seconds)' },
]

async function run(inputs: AuditInputs): Promise<readonly Finding[]> {
  const found = await Promise.all(queryChecks.map((check) => check.run(inputs)))
  return found.flatMap((findings) => [...findings])
}

function told(findings: readonly Finding[]): string {
  return findings.map(({ check, level, reason, mend }) => `${level} ${check}: ${reason} ${mend}`).join('\n')
}

describe('checks of queries', () => {
  for (const { expr, check, level, says, legend, title, type, withScrape } of cases) {
    it(`${check === undefined ? 'say nothing' : `report ${check}`} for ${expr}${legend === undefined ? '' : ` as ${legend}`}`, async () => {
      const target = { expr, ...(legend !== undefined && { legend }) }
      const panel = {
        targets: [target],
        ...(title !== undefined && { title }),
        ...(type !== undefined && { type }),
      }
      const findings = await run(inputsOf({ panels: [panel], withScrape: withScrape ?? false }))
      assert.deepEqual(
        [...new Set(findings.map((finding) => finding.check))],
        check === undefined ? [] : [check],
        told(findings),
      )
      if (level !== undefined) assert.equal(findings[0]?.level, level)
      if (says !== undefined) assert.match(told(findings), says)
      for (const finding of findings) assert.match(finding.subject, /^d\//)
    })
  }

  it('reports two queries of a panel that are the same', async () => {
    const targets = [{ expr: 'sum( queue_depth )' }, { expr: 'sum(queue_depth)' }]
    assert.deepEqual(
      (await run(inputsOf({ panels: [{ targets }] }))).map(({ check }) => check),
      ['query-twice'],
    )
  })

  it('reports a value that differs by a letter from what all others write', async () => {
    const jobs = ['tidegauge', 'tidegauge', 'tidegauge', 'tideguage']
    const rules = jobs.map((job, at) => `- record: a:b:c${at}\n  expr: max(up{job="${job}"})`).join('\n')
    const findings = await run(inputsOf({ rules }))
    assert.deepEqual(
      findings.map(({ check, subject }) => [check, subject]),
      [['query-stray-name', 'a:b:c3/tideguage']],
    )
  })

  it('knows the labels of a recorded series from its rule', async () => {
    const rules =
      '- record: type:errors:rate5m\n  expr: sum by (type) (rate(errors_total[5m]))\n- record: a:b:c\n  expr: sum by (reason) (type:errors:rate5m)'
    const findings = await run(inputsOf({ rules }))
    assert.deepEqual(
      findings.map(({ check, place }) => [check, place.line]),
      [['query-unknown-label', 7]],
    )
  })

  it('reports irate in a rule', async () => {
    const findings = await run(inputsOf({ rules: '- alert: A\n  expr: sum(irate(errors_total[5m])) > 1' }))
    assert.deepEqual(
      findings.map(({ check }) => check),
      ['query-irate'],
    )
  })
})
