import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readDashboard } from '../dashboards/read.ts'
import { variedDashboards } from '../dashboards/testing/varied.ts'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import { writeGuide } from './guide.ts'
import { updateDashboard } from './update.ts'

const metric = (name: string, more: Partial<DeclaredMetric> = {}): DeclaredMetric => ({
  name,
  type: 'gauge',
  help: `What ${name} says | *here*.`,
  unit: undefined,
  labels: new Map(),
  file: 'c',
  line: 1,
  recordings: undefined,
  ...more,
})

function guide(metrics: readonly DeclaredMetric[], scrape?: string): string {
  const text = variedDashboards[0]?.text ?? ''
  const { text: after, additions } = updateDashboard({ file: 'd.json', text, metrics })
  const dashboard = readDashboard({ file: 'd.json', text: after })
  return writeGuide({ file: 'd.json', dashboard, additions, scrape })
}

describe('writeGuide', () => {
  const metrics = [
    metric('app_pool_size', { thresholds: { warning: 5, critical: 1, bad: 'below' } }),
    metric('app_lost_total', { type: 'counter' }),
    metric('app_up', { meanings: [{ value: 0, text: 'Down', severity: 'critical' }] }),
  ]

  it('tells query, priority, settings, place and a command for each metric, the urgent first', () => {
    const page = guide(metrics, 'http://localhost:9464/metrics')
    assert.ok(page.indexOf('### `app_lost_total`') < page.indexOf('### `app_pool_size`'))
    for (const part of [
      '# Clean: 3 metrics to add',
      '| 1 | `app_lost_total` | counter |',
      '## Priority 1: errors',
      'sum(rate(app_lost_total{job=~"$job", instance=~"$instance"}[$__rate_interval]))',
      '- Thresholds: red, yellow from 1, green from 5',
      '- Value mappings: 0 → Down (red)',
      '- Unit: `cps`',
      '- Visualisation: Stat',
      "curl -s http://localhost:9464/metrics | grep '^app_lost_total'",
    ]) {
      assert.ok(page.includes(part), part)
    }
  })

  it('names the line of the finished file', () => {
    const text = variedDashboards[0]?.text ?? ''
    const { text: after } = updateDashboard({ file: 'd.json', text, metrics })
    const line = Number(/### `app_up`.*?line (\d+) of/s.exec(guide(metrics))?.[1])
    assert.match(
      after
        .split('\n')
        .slice(line - 1, line + 60)
        .join('\n'),
      /"expr": "app_up\{/,
    )
  })

  it('lets no text of a metric become markup', () => {
    assert.match(guide([metric('app_x')]), /What app\\_x says \\\| \\\*here\\\*/)
  })

  it('asks Prometheus where there is no scrape', () => {
    assert.match(guide([metric('app_x')]), /promtool query instant http:\/\/localhost:9090 app_x/)
  })

  it('says when there is nothing to add', () => assert.match(guide([]), /nothing to add/))
})
