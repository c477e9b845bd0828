import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { components as own } from '../../src/catalog/catalog.ts'
import { catalogRule } from '../../tools/audit/checks/catalog/catalog-rule.ts'
import { catalogRuleMissing } from '../../tools/audit/checks/catalog/catalog-rule-missing.ts'
import { catalogRuleUnknown } from '../../tools/audit/checks/catalog/catalog-rule-unknown.ts'
import { type Bent, catalogInputs, type Files, findingsOf, replace } from './catalog-inputs.fixture.ts'

const file = 'firehose.yaml'

async function told(bent: Bent, declared?: Bent['components']): Promise<readonly string[]> {
  const findings = await findingsOf(
    [catalogRule, catalogRuleMissing, catalogRuleUnknown],
    await catalogInputs({ ...bent, ...(declared && { declared }) }),
  )
  return findings.map(
    ({ level, place, reason }) => `${level} ${place.rule ?? place.file}:${place.line}: ${reason}`,
  )
}

const bend = (from: string, to: string) => ({ bend: (files: Files) => replace(files, file, from, to) })

describe('rules and the catalog', () => {
  it('finds nothing in what was generated', async () => {
    assert.deepEqual(await told({}), [])
  })

  const same = [
    {
      what: 'other white space',
      from: '(rate(firehose_events_total{job="tidegauge"}[5m]))',
      to: '( rate(firehose_events_total{job="tidegauge",}[5m]) )',
    },
    { what: 'labels in another order', from: 'by (job, instance, le)', to: 'by (le, instance, job)' },
    { what: 'a duration written otherwise', from: 'for: 2m', to: 'for: 120s' },
    { what: 'a number written otherwise', from: '> 600', to: '> 6e2' },
    {
      what: 'needless parentheses',
      from: 'firehose_lag_seconds{job="tidegauge"} > 600',
      to: '(firehose_lag_seconds{job="tidegauge"}) > (600)',
    },
    {
      what: 'an annotation more',
      from: '        annotations:',
      to: '        annotations:\n          dashboard: https://grafana/d/1',
    },
    {
      what: 'a rule more',
      from: '  - name: firehose',
      to: '  - name: mine\n    rules:\n      - alert: Mine\n        expr: up == 0\n  - name: firehose',
    },
  ]
  for (const { what, from, to } of same) {
    it(`takes ${what} as the same`, async () => {
      assert.deepEqual(await told(bend(from, to)), [])
    })
  }

  const wrong = [
    {
      from: '> 600',
      to: '> 6000',
      says: 'warning FirehoseLagCritical:40: It fires above 6000, the catalog says 600.',
    },
    {
      from: '> 600',
      to: '< 600',
      says: 'warning FirehoseLagCritical:40: It fires below 600, the catalog says above 600.',
    },
    {
      from: '> 600',
      to: '>= 600',
      says: 'warning FirehoseLagCritical:40: It fires from 600, the catalog says above 600.',
    },
    {
      from: '> 600',
      to: '',
      says: 'warning FirehoseLagCritical:40: It asks `firehose_lag_seconds{job="tidegauge"}`, the catalog `firehose_lag_seconds{job="tidegauge"} > 600`.',
    },
    {
      from: 'firehose_lag_seconds{job="tidegauge"} > 600',
      to: 'max(firehose_lag_seconds{job="tidegauge"}) > 600',
      says: 'warning FirehoseLagCritical:40: It asks `max(firehose_lag_seconds{job="tidegauge"})`, the catalog `firehose_lag_seconds{job="tidegauge"}`.',
    },
    {
      from: 'rate(firehose_events_total{job="tidegauge"}[5m])',
      to: 'rate(firehose_events_total{job="tidegauge"}[1h])',
      says: 'warning instance:firehose_events:rate5m:9: It asks `firehose_events_total{job="tidegauge"}[1h]`, the catalog `firehose_events_total{job="tidegauge"}[5m]`.',
    },
    {
      from: 'rate(firehose_events_total',
      to: 'irate(firehose_events_total',
      says: 'warning instance:firehose_events:rate5m:9: It asks `irate(…)`, the catalog `rate(…)`.',
    },
    {
      from: 'histogram_quantile(0.99',
      to: 'histogram_quantile(0.9',
      says: 'warning instance:firehose_batch_write_seconds:p99_rate5m:7: It asks `histogram_quantile(0.9, …)`, the catalog `histogram_quantile(0.99, …)`.',
    },
    {
      from: 'sum by (job, instance) (rate(firehose_events',
      to: 'sum by (job) (rate(firehose_events',
      says: 'warning instance:firehose_events:rate5m:9: It asks `sum by (job) (…)`, the catalog `sum by (instance, job) (…)`.',
    },
    {
      from: 'error!~"connect|connection"',
      to: 'error=~"connect|connection"',
      says: 'warning instance:firehose_errors:ratio_rate5m:11: It asks `firehose_errors_total{error=~"connect|connection", job="tidegauge"}[5m]`, the catalog `firehose_errors_total{error!~"connect|connection", job="tidegauge"}[5m]`.',
    },
    {
      from: 'for: 2m',
      to: 'for: 20m',
      says: 'warning FirehoseDown:12: It waits 20m before it fires, the catalog says 2m.',
    },
    {
      from: '        for: 2m\n',
      to: '',
      says: 'warning FirehoseDown:12: It waits 0s before it fires, the catalog says 2m.',
    },
    {
      from: 'severity: critical',
      to: 'severity: info',
      says: 'warning FirehoseDown:12: It has the label severity "info", the catalog says "critical".',
    },
    {
      from: 'severity: critical',
      to: 'team: critical',
      says: [
        'warning FirehoseDown:12: It has no label severity, the catalog says "critical".',
        'info FirehoseDown:12: It has the label team "critical", which neither catalog nor settings give it.',
      ],
    },
    {
      from: 'is not connected to its relay.',
      to: 'is gone.',
      says: 'warning FirehoseDown:12: Its summary is "{{ $labels.instance }} is gone.", the catalog says "{{ $labels.instance }} is not connected to its relay.".',
    },
    {
      from: '#firehosedown',
      to: '#nowhere',
      says: 'warning FirehoseDown:12: Its runbook_url is "docs/runbooks.md#nowhere", the catalog says "docs/runbooks.md#firehosedown".',
    },
    {
      from: 'alert: FirehoseDown',
      to: 'alert: FirehoseGone',
      says: [
        'warning FirehoseDown:4: The alert FirehoseDown of the catalog is in none of the rule files; FirehoseGone asks what it would.',
      ],
    },
  ]
  for (const { from, to, says } of wrong) {
    it(`tells ${JSON.stringify(to)} in the place of ${JSON.stringify(from)}`, async () => {
      assert.deepEqual(await told(bend(from, to)), [says].flat())
    })
  }

  it('tells rules among the generated ones, and with their runbooks, that the catalog does not declare', async () => {
    const components = own.map((component) => ({
      ...component,
      recordings: component.recordings.filter(({ record }) => record !== 'instance:firehose_events:rate5m'),
      alerts: component.alerts.filter(({ alert }) => alert !== 'FirehoseDown' && component.name !== 'search'),
    }))
    const found = await told(
      { bend: (files) => replace(files, 'search.yaml', 'name: search', 'name: mine') },
      components,
    )
    assert.deepEqual(found, [
      'warning instance:firehose_events:rate5m:8: The group firehose is generated from the catalog, which declares no instance:firehose_events:rate5m.',
      'warning FirehoseDown:12: The group firehose is generated from the catalog, which declares no FirehoseDown.',
      'warning SearchDiskLarge:8: It links to the runbook of a generated alert, but the catalog declares no SearchDiskLarge.',
      'warning SearchSlow:17: It links to the runbook of a generated alert, but the catalog declares no SearchSlow.',
    ])
  })

  it('misses the rules of a component where those of others are there', async () => {
    const found = await told({ bend: (files) => files.delete(file) })
    assert.equal(found.length, 1)
    assert.match(
      found[0] ?? '',
      /^warning catalog.ts:undefined: None of the 10 rules of firehose is in the rule files: /,
    )
  })

  it('misses nothing where no rule of the catalog is there', async () => {
    const others = 'groups: [{name: g, rules: [{alert: Mine, expr: up == 0, for: 5m}]}]'
    const found = await told({
      bend: (files) => {
        for (const path of [...files.keys()]) if (path.endsWith('.yaml')) files.delete(path)
        files.set('mine.yaml', others)
      },
    })
    assert.deepEqual(found, [])
  })

  const settings = {
    thresholds: { firehose_lag_seconds: { warning: 30, critical: 300 } },
    alerts: {
      FirehoseDown: { for: '9m', severity: 'warning', labels: { team: 'a' } },
      SearchSlow: { enabled: false },
    },
    jobs: ['tide'],
    runbooks: 'https://wiki',
  } as const

  it('takes what the settings of generate say', async () => {
    assert.deepEqual(await told({ written: settings, expected: settings }), [])
  })

  it('tells rules that were written with other settings, and by which setting they may be so', async () => {
    const inputs = await catalogInputs({ written: settings })
    const found = await findingsOf([catalogRule, catalogRuleMissing], inputs)
    const settable = [
      'jobs and thresholds',
      'alerts.FirehoseDown.for',
      'alerts.FirehoseDown.labels.team',
      'jobs',
      'runbooks',
    ]
    for (const key of settable)
      assert.ok(
        found.some(({ mend }) => mend.includes(`set ${key} in`)),
        key,
      )
    assert.ok(
      found.some(({ check, place }) => check === 'catalog-rule-missing' && place.rule === 'SearchSlow'),
    )
  })

  it('tells an alert that was switched off and is still there', async () => {
    const found = await told({ expected: { alerts: { FirehoseDown: { enabled: false } } } })
    assert.deepEqual(found, [
      'warning FirehoseDown:12: It is switched off in the settings of generate, but still here.',
    ])
  })
})
