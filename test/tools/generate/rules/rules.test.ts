import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Alert, Component, Recording } from '@tidegauge/otel/catalog'
import { critical, promql } from '@tidegauge/otel/catalog'
import { parse } from 'yaml'
import { declarations } from '../../../../otel/catalog/component.ts'
import type { MetricDefinition } from '../../../../otel/catalog/metric.ts'
import { prometheusName } from '../../../../otel/naming/name.ts'
import { components } from '../../../../src/catalog/catalog.ts'
import { defaultSettings } from '../../../../tools/catalog-file/overrides.ts'
import { minutes } from '../../../../tools/generate/rules/duration.ts'
import { ruleFiles } from '../../../../tools/generate/rules/rules.ts'
import { createUsedMetrics } from '../../../../tools/generate/used-metrics.ts'
import { parseQuery } from '../../../../tools/promql/parse.ts'

interface RuleText {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

function rulesIn(files: Readonly<Record<string, string>>): RuleText[] {
  return Object.entries(files)
    .filter(([name]) => !name.startsWith('tests/'))
    .flatMap(([, text]) => parse(text).groups.flatMap(({ rules }: { rules: RuleText[] }) => rules))
}

describe('the rules of every component', () => {
  const rules = rulesIn(ruleFiles(components, defaultSettings))
  const recorded = new Set(rules.flatMap(({ record = [] }) => record))
  const declared = new Set(
    components.flatMap(({ metrics }) =>
      metrics.flatMap((metric) => {
        const name = prometheusName(metric)
        return metric.instrument === 'histogram' ? [`${name}_bucket`] : [name]
      }),
    ),
  )

  for (const { alert, record, expr } of rules)
    it(`ask about what there is, within the job of the service: ${alert ?? record}`, () => {
      const { query, problem } = parseQuery(expr, { variables: 'none' })
      assert.ok(query, problem?.reason)
      for (const { text } of query.selectors.map(({ from, to }) => ({ text: expr.slice(from, to) }))) {
        const [, name = ''] = /^([\w:]+)\{job="tidegauge"/.exec(text) ?? []
        assert.ok(name === 'up' || declared.has(name) || recorded.has(name), text)
      }
    })

  for (const { expr, alert, record } of rules)
    it(`look back over four scrapes at least and not at single ones: ${alert ?? record}`, () => {
      for (const [, range = ''] of expr.matchAll(/\[(\w+)\]/g)) assert.ok(minutes(range) >= 1, range)
      assert.doesNotMatch(expr, /\birate\b/)
    })

  for (const rule of rules.filter(({ alert }) => alert !== undefined))
    it(`wait, and say how bad it is, what it is and where to read on: ${rule.alert}`, () => {
      assert.ok(minutes(rule.for ?? '0s') >= 2)
      assert.match(rule.labels?.severity ?? '', /^(critical|warning|info)$/)
      assert.match(rule.annotations?.summary ?? '', /\.$/)
      assert.match(rule.annotations?.description ?? '', /\.$/)
      assert.equal(rule.annotations?.runbook_url, `docs/runbooks.md#${rule.alert?.toLowerCase()}`)
    })

  it('have names of their own', () => {
    const names = rules.map(({ alert, record }) => alert ?? record)
    assert.deepEqual(names, [...new Set(names)])
  })

  it('are built on by an alert each, where they record', () => {
    const used = rules.map(({ expr }) => expr).join('\n')
    for (const record of recorded) assert.ok(used.includes(`${record}{`), record)
  })

  it('watch every metric that does not say why none does', () => {
    const alerts = components.flatMap((component) => component.alerts)
    const usedMetrics = createUsedMetrics()
    const watched = new Set(alerts.flatMap(({ query }) => [...usedMetrics(query)]))
    const metrics = components.flatMap((component) => component.metrics)
    const odd = metrics.filter((metric) => watched.has(metric) === (metric.noAlert !== undefined))
    assert.deepEqual(
      odd.map(({ name }) => name),
      [],
    )
  })
})

describe('a component that joins by its catalog entry alone', () => {
  const tidesHeight = {
    name: 'tides.height',
    instrument: 'gauge',
    unit: 'By',
    description: 'How high it stands.',
    thresholds: { warning: 5, critical: 9 },
  } as const satisfies MetricDefinition
  // The alphabet has the one that builds on the other first.
  const tidesMeanTwice: Recording = {
    record: 'instance:tides_height:double',
    query: promql`${{ record: 'instance:tides_height:avg5m', query: promql``, unit: 'By', description: '' }} * 2`,
    unit: 'By',
    description: 'Twice the mean.',
  }
  const tidesFlood: Alert = {
    alert: 'Flood',
    query: promql`${tidesHeight} > ${critical(tidesHeight)}`,
    for: '5m',
    severity: 'warning',
    summary: 'The water is high.',
    description: 'Very.',
    runbook: 'Climb.',
    tests: {
      fires: { series: [{ query: promql`${tidesHeight}`, values: '{critical+1}x240' }], at: '20m' },
      quiet: { series: [{ query: promql`${tidesHeight}`, values: '{critical-1}x240' }], at: '20m' },
    },
  }
  const tides: Component = { name: 'tides', title: 'Tides', description: 'The sea.' }
  const joined = [declarations([{ tides, tidesHeight, tidesMeanTwice, tidesFlood }])]

  it('has its rules and their tests', () => {
    const files = ruleFiles(joined, defaultSettings)
    assert.deepEqual(Object.keys(files), ['tides.yaml', 'tests/tides.test.yaml'])
    const [, flood] = rulesIn(files)
    assert.equal(flood?.expr, 'tides_height_bytes{job="tidegauge"} > 9')
    assert.match(files['tests/tides.test.yaml'] ?? '', /values: 10x240[\s\S]*values: 8x240/)
  })

  it('follows the settings, tests included', () => {
    const files = ruleFiles(joined, {
      ...defaultSettings,
      thresholds: { tides_height_bytes: { critical: 20 } },
      alerts: { Flood: { for: '3h', severity: 'critical', labels: { team: 'dikes' } } },
      runbooks: 'https://wiki.example.org',
      jobs: ['north.sea', 'baltic'],
    })
    const [, flood] = rulesIn(files)
    assert.deepEqual(flood, {
      alert: 'Flood',
      expr: 'tides_height_bytes{job=~"north\\\\.sea|baltic"} > 20',
      for: '3h',
      labels: { severity: 'critical', team: 'dikes' },
      annotations: {
        summary: 'The water is high.',
        description: 'Very.',
        runbook_url: 'https://wiki.example.org#flood',
      },
    })
    const [fires] = parse(files['tests/tides.test.yaml'] ?? '').tests
    assert.deepEqual(fires.input_series, [
      { series: 'tides_height_bytes{job="north.sea", instance="host:9464"}', values: '21x390' },
    ])
    const [early, late] = fires.promql_expr_test
    assert.deepEqual([early.eval_time, early.exp_samples, late.eval_time], ['179m', [], '370m'])
    assert.match(late.exp_samples[0].labels, /job="north\.sea".*severity="critical", team="dikes"/)
  })

  it('has no rule that is switched off', () => {
    const files = ruleFiles(joined, { ...defaultSettings, alerts: { Flood: { enabled: false } } })
    assert.deepEqual(Object.keys(files), ['tides.yaml'])
    assert.doesNotMatch(files['tides.yaml'] ?? '', /Flood/)
  })

  it('records first what others build on', () => {
    const mean: Recording = { record: 'z', query: promql`1`, unit: '', description: '' }
    const twice: Recording = { record: 'a', query: promql`${mean} * 2`, unit: '', description: '' }
    const files = ruleFiles([declarations([{ tides, twice, mean }])], defaultSettings)
    assert.deepEqual(
      rulesIn(files).map(({ record }) => record),
      ['z', 'a'],
    )
  })
})
