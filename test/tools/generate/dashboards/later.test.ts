import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Component } from '@tidegauge/otel/catalog'
import { declarations } from '../../../../otel/catalog/component.ts'
import type { MetricDefinition } from '../../../../otel/catalog/metric.ts'
import { defaultSettings } from '../../../../tools/catalog-file/overrides.ts'
import { dashboardFiles } from '../../../../tools/generate/dashboards/dashboards.ts'
import type { DashboardFile } from './grafana-schema.fixture.ts'

// A component that does not stand yet, declared as those that do.
const tides = {
  tidesComponent: { name: 'tides', title: 'Tides', description: 'The sea.' } satisfies Component,
  tidesWaves: metric('counter', 'waves', '{wave}', { attributes: { 'wave.kind': ['low', 'high'] } }),
  tidesSpills: metric('counter', 'spills', '{spill}', { thresholds: { warning: 10, critical: 100 } }),
  tidesState: metric('gauge', 'state', '', {
    meanings: [
      { value: 0, text: 'Ebb', severity: 'warning' },
      { value: 1, text: 'Flood', severity: 'ok' },
    ],
  }),
  tidesHeight: metric('gauge', 'height', 'By', { thresholds: { warning: 5, critical: 1, bad: 'below' } }),
  tidesBoats: metric('upDownCounter', 'boats', '{boat}', { attributes: { port: { limit: 9 } } }),
  tidesPeriod: metric('histogram', 'period', 's', { buckets: [1, 10] }),
  tidesStorms: metric('counter', 'storms', '{storm}', { attributes: { name: { limit: 9 } } }),
  tidesLandings: metric('counter', 'landings', '{landing}', {
    attributes: { outcome: ['success', 'failure'] },
  }),
  tidesMoon: metric('gauge', 'moon', '', { noPanel: 'Everybody sees it.' }),
}
const components = [declarations([tides])]

describe('the overview of a catalog that chooses nothing for it', () => {
  it('shows every panel', () => {
    const { 'dashboards/overview.json': overview = '', 'dashboards/tides.json': tidesFile = '' } =
      dashboardFiles(components, defaultSettings)
    const count = (text: string) =>
      (JSON.parse(text) as DashboardFile).panels?.filter(({ type }) => type !== 'row').length
    assert.ok(count(tidesFile))
    assert.equal(count(overview), count(tidesFile))
  })
})

describe('a component that joins by its catalog entry alone', () => {
  const written = dashboardFiles(components, defaultSettings)
  const panels = panelsIn(written)
  const graph = (title: string) => {
    const panel = panels.get(title)
    return panel?.type === 'timeseries' ? panel : assert.fail(`${title} is not a graph`)
  }

  const cases = [
    {
      title: 'Waves per second',
      type: 'timeseries',
      unit: 'cps',
      legend: '{{wave_kind}}',
      expr: 'sum by (wave_kind) (rate(tides_waves_total{job=~"$job", instance=~"$instance"}[$__rate_interval]))',
    },
    {
      title: 'Spills per second',
      type: 'timeseries',
      unit: 'cps',
      legend: 'Spills',
      expr: 'sum(rate(tides_spills_total{job=~"$job", instance=~"$instance"}[$__rate_interval]))',
    },
    {
      title: 'Spills',
      type: 'stat',
      unit: 'short',
      legend: 'Spills',
      colours: [
        [null, 'green'],
        [10, 'yellow'],
        [100, 'red'],
      ],
      expr: 'sum(increase(tides_spills_total{job=~"$job", instance=~"$instance"}[$__range]))',
    },
    {
      title: 'State',
      type: 'stat',
      unit: 'none',
      legend: '{{instance}}',
      words: ['Ebb', 'Flood'],
      expr: 'sum by (instance) (tides_state{job=~"$job", instance=~"$instance"})',
    },
    {
      title: 'Height',
      type: 'timeseries',
      unit: 'bytes',
      legend: '{{instance}}',
      colours: [
        [null, 'red'],
        [1, 'yellow'],
        [5, 'green'],
      ],
      expr: 'sum by (instance) (tides_height_bytes{job=~"$job", instance=~"$instance"})',
    },
    {
      title: 'Boats',
      type: 'timeseries',
      unit: 'short',
      legend: '{{port}}',
      expr: 'sum by (port) (tides_boats{job=~"$job", instance=~"$instance"})',
    },
    {
      title: 'Period',
      type: 'timeseries',
      unit: 's',
      legend: 'p50',
      expr: 'histogram_quantile(0.5, sum by (le) (rate(tides_period_seconds_bucket{job=~"$job", instance=~"$instance"}[$__rate_interval])))',
    },
  ] as const
  for (const { title, ...expected } of cases)
    it(`shows ${title} as ${expected.type}`, () => {
      const panel = panels.get(title)
      assert.ok(panel, [...panels.keys()].join())
      const { defaults } = panel.fieldConfig
      const target = panel.targets[0]
      assert.deepEqual(
        { type: panel.type, unit: defaults.unit, legend: target?.legendFormat, expr: target?.expr },
        { type: expected.type, unit: expected.unit, legend: expected.legend, expr: expected.expr },
      )
      const steps = defaults.thresholds?.steps.map(({ value, color }) => [value, color])
      assert.deepEqual(steps, 'colours' in expected ? expected.colours : [[null, 'green']])
      const words = defaults.mappings?.flatMap(({ options }) =>
        Object.values(options).map(({ text }) => text),
      )
      assert.deepEqual(words, 'words' in expected ? expected.words : undefined)
    })

  it('shows three quantiles of a histogram', () =>
    assert.deepEqual(
      panels.get('Period')?.targets.map(({ legendFormat }) => legendFormat),
      ['p50', 'p95', 'p99'],
    ))

  it('tells counts by unknown names that begin with the first of them from numbers that are missing', () => {
    const empty = (title: string) => panels.get(title)?.fieldConfig.defaults.noValue
    assert.equal(empty('Storms per second'), 'None so far')
    assert.equal(empty('Waves per second'), undefined)
  })

  it('gives outcomes the colours that they have everywhere', () => {
    const overrides = panels.get('Landings per second')?.fieldConfig.overrides ?? []
    const colours = overrides.map(({ matcher, properties }) => [
      matcher.options,
      (properties[0]?.value as { fixedColor?: string } | undefined)?.fixedColor,
    ])
    assert.deepEqual(
      colours.map(([pattern, colour]) => [
        ['success', 'failure'].filter((name) => new RegExp(String(pattern).slice(1, -1)).test(name)),
        colour,
      ]),
      [
        [['success'], 'green'],
        [['failure'], 'red'],
      ],
    )
    assert.deepEqual(panels.get('Waves per second')?.fieldConfig.overrides, [])
  })

  it('draws lines at thresholds, and none where there are none', () => {
    const style = (title: string) => graph(title).fieldConfig.defaults.custom?.thresholdsStyle?.mode
    assert.equal(style('Height'), 'dashed')
    assert.equal(style('Boats'), 'off')
  })

  it('writes numbers into the legend where there is room', () => {
    const calcs = (title: string) => graph(title).options.legend.calcs
    assert.deepEqual(calcs('Boats'), [])
    assert.deepEqual(calcs('Height'), ['lastNotNull', 'max'])
  })

  it('leaves out what says that it has no panel', () =>
    assert.doesNotMatch(Object.values(written).join(), /tides_moon/))

  it('colours by the thresholds that the user has set', () => {
    const thresholds = { tides_spills_total: { warning: 3 } }
    const changed = panelsIn(dashboardFiles(components, { ...defaultSettings, thresholds })).get('Spills')
    const steps = changed?.fieldConfig.defaults.thresholds?.steps.map(({ value }) => value)
    assert.deepEqual(steps, [null, 3, 100])
  })

  it('is called after its job, and lets the reader choose by a series that is always there', () => {
    const { title, uid, tags, templating } = JSON.parse(
      dashboardFiles(components, { ...defaultSettings, jobs: ['Sea side'] })['dashboards/tides.json'] ?? '{}',
    ) as DashboardFile
    assert.deepEqual([title, uid, tags], ['Sea side / Tides', 'sea-side-tides', ['Sea side', 'tides']])
    const [, job, instance] = templating.list.map(({ definition }) => definition)
    assert.equal(job, 'label_values(tides_state, job)')
    assert.equal(instance, 'label_values(tides_state{job=~"$job"}, instance)')
  })

  it('leaves the panels that are there as they are when a metric joins', () => {
    const tidesBuoys = metric('gauge', 'buoys', '{buoy}')
    const more = panelsIn(dashboardFiles([declarations([{ ...tides, tidesBuoys }])], defaultSettings))
    for (const [title, { id }] of panels) assert.equal(more.get(title)?.id, id)
    assert.ok(more.has('Buoys'))
  })
})

function metric(
  instrument: MetricDefinition['instrument'],
  name: string,
  unit: string,
  more: Partial<MetricDefinition> = {},
): MetricDefinition {
  return { name: `tides.${name}`, instrument, unit, description: 'Something of the sea.', ...more }
}

function panelsIn(files: Readonly<Record<string, string>>) {
  const { panels } = JSON.parse(files['dashboards/tides.json'] ?? '{}') as DashboardFile
  return new Map(panels.flatMap((panel) => (panel.type === 'row' ? [] : [[panel.title, panel] as const])))
}
