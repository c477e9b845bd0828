import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readDashboard } from '../dashboards/read.ts'
import type { RangeSeries, TimeRange } from '../server/server.ts'
import { prometheusWith } from './fake-prometheus.fixture.ts'
import { renderDashboard } from './render.ts'

const [from, to] = [new Date(1_767_225_600_000), new Date(1_767_229_200_000)]
const line = (
  labels: Record<string, string>,
  value: number,
  { from, to, stepMs }: TimeRange,
): RangeSeries => ({
  labels: new Map(Object.entries(labels)),
  points: Array.from({ length: Math.floor((to.getTime() - from.getTime()) / stepMs) + 1 }, (_, step) => [
    from.getTime() + step * stepMs,
    value,
  ]),
})
const hostile = '</script><script>alert(1)</script>"\'`'

async function render(
  panels: readonly object[],
  more: object = {},
  answers: Parameters<typeof prometheusWith>[0] = {},
) {
  const asked: string[] = []
  const dashboard = readDashboard({
    file: 'd.json',
    text: JSON.stringify({ title: 'T', schemaVersion: 39, panels, ...more }),
  })
  const prometheus = prometheusWith({
    queryRange: (expr, range) => {
      asked.push(`${expr} each ${range.stepMs / 1000} s`)
      return expr === 'nothing' ? [] : [line({ x: hostile }, 3, range)]
    },
    ...answers,
  })
  return { ...(await renderDashboard({ dashboard, prometheus, from, to })), asked }
}

const panel = (type: string, more: object = {}) => ({
  id: 1,
  type,
  title: 'P',
  gridPos: { x: 0, y: 0, w: 12, h: 8 },
  targets: [{ refId: 'A', expr: 'up', legendFormat: '{{x}}' }],
  ...more,
})

describe('renderDashboard', () => {
  const types = [
    'timeseries',
    'stat',
    'gauge',
    'bargauge',
    'table',
    'heatmap',
    'piechart',
    'state-timeline',
    'graph',
  ]
  for (const type of types)
    it(`draws ${type}, and lets no label out of its place`, async () => {
      const { panels, html } = await render([panel(type, { title: hostile, description: hostile })])
      assert.deepEqual(
        panels.map(({ state }) => state),
        ['drawn'],
      )
      assert.equal(html.match(/<script/g)?.length, html.includes('data-chart>') ? 3 : 2)
    })

  it('says what it does not draw', async () => {
    const { panels, html } = await render([panel('geomap')])
    assert.deepEqual([panels[0]?.state, html.includes('not drawn: geomap')], ['undrawn', true])
  })

  it('says that there is no data', async () => {
    const { panels, html } = await render([panel('stat', { targets: [{ refId: 'A', expr: 'nothing' }] })])
    assert.deepEqual([panels[0]?.state, html.includes('No data')], ['empty', true])
  })

  it('shows what Prometheus says to a query that is wrong, beside the data of the others', async () => {
    const targets = [
      { refId: 'A', expr: 'up' },
      { refId: 'B', expr: 'instant', instant: true },
    ]
    const { panels, html } = await render([panel('timeseries', { targets })])
    assert.deepEqual(
      panels.map(({ state, errors }) => [state, errors]),
      [['drawn', ['query B: refused: instant']]],
    )
    assert.match(html, /role="alert">query B: refused: instant/)
  })

  it('asks no queries that are hidden, and says which go elsewhere', async () => {
    const targets = [
      { refId: 'A', expr: 'up', hide: true },
      { refId: 'B', datasource: { type: 'loki', uid: 'l' }, expr: 'x' },
    ]
    const { panels, asked } = await render([panel('timeseries', { targets })])
    assert.deepEqual([asked, panels[0]?.errors], [[], ['query B does not go to Prometheus and is not drawn']])
  })

  it('fills what Grafana fills', async () => {
    const targets = [{ refId: 'A', expr: 'rate(x[$__rate_interval]) + y[$__interval] + z[$__range]' }]
    const { asked } = await render([panel('timeseries', { targets, interval: '1m' })])
    assert.deepEqual(asked, ['rate(x[75s]) + y[1m] + z[1h] each 60 s'])
  })

  it('takes buckets apart that count from below', async () => {
    const { html } = await render(
      [panel('heatmap', { targets: [{ refId: 'A', expr: 'up', legendFormat: '{{le}}' }] })],
      {},
      {
        queryRange: (_, range) =>
          ['+Inf', '0.5', '1'].map((le) => line({ le }, { '0.5': 1, '1': 4, '+Inf': 4 }[le] ?? 0, range)),
      },
    )
    const spec = JSON.parse(/application\/json">(.*?)<\/script>/.exec(html)?.[1] ?? '')
    assert.deepEqual(
      [spec.rows, spec.texts.map((row: unknown[]) => row[0])],
      [
        ['0.500', '1', '∞'],
        ['1', '3', null],
      ],
    )
  })

  it('stacks: each series stands on those before it, and the tooltip tells its own value', async () => {
    const stacking = {
      fieldConfig: { defaults: { custom: { stacking: { mode: 'normal', group: 'A' }, fillOpacity: 20 } } },
    }
    const { html } = await render(
      [panel('timeseries', stacking)],
      {},
      {
        queryRange: (_, range) => [line({ x: 'a' }, 1, range), line({ x: 'b' }, 2, range)],
      },
    )
    const spec = JSON.parse(/application\/json">(.*?)<\/script>/.exec(html)?.[1] ?? '')
    const [a, b] = spec.series
    assert.deepEqual([a.values[0], b.values[0], b.actual[0], spec.bands.length], [1, 3, 2, 1])
  })

  it('marks gaps', async () => {
    const { html } = await render(
      [panel('timeseries')],
      {},
      {
        queryRange: (_, range) => [
          { labels: new Map(), points: line({}, 1, range).points.filter((_, index) => index !== 2) },
        ],
      },
    )
    const spec = JSON.parse(/application\/json">(.*?)<\/script>/.exec(html)?.[1] ?? '')
    assert.deepEqual(spec.series[0].values.slice(0, 5), [1, 1, null, 1, 1])
  })

  it('loads nothing: its policy allows only the scripts that are in it', async () => {
    const { html } = await render([panel('timeseries')])
    assert.match(
      html,
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+' 'sha256-[^']+';/,
    )
    assert.doesNotMatch(
      html.replaceAll(/http:\/\/prometheus\.test:9090/g, ''),
      /(?:src|href)=["']?(?:https?:)?\/\//,
    )
  })
})

it('draws panels of schema v2 with their settings', async () => {
  const query = {
    kind: 'DataQuery',
    group: 'prometheus',
    spec: { expr: 'up', legendFormat: 'L', instant: false },
  }
  const spec = {
    id: 7,
    title: 'P2',
    data: {
      kind: 'QueryGroup',
      spec: { queries: [{ kind: 'PanelQuery', spec: { refId: 'A', hidden: false, query } }] },
    },
    vizConfig: {
      kind: 'VizConfig',
      group: 'stat',
      spec: { options: { graphMode: 'none' }, fieldConfig: { defaults: { unit: 's' }, overrides: [] } },
    },
  }
  const item = {
    kind: 'GridLayoutItem',
    spec: { x: 0, y: 0, width: 8, height: 4, element: { kind: 'ElementReference', name: 'p' } },
  }
  const dashboard = {
    apiVersion: 'dashboard.grafana.app/v2beta1',
    kind: 'Dashboard',
    metadata: { name: 'd' },
    spec: {
      title: 'T2',
      elements: { p: { kind: 'Panel', spec } },
      layout: { kind: 'GridLayout', spec: { items: [item] } },
    },
  }
  const { html, panels } = await renderDashboard({
    dashboard: readDashboard({ file: 'd.json', text: JSON.stringify(dashboard) }),
    prometheus: prometheusWith({ queryRange: (_, range) => [line({}, 0.25, range)] }),
    from,
    to,
  })
  assert.deepEqual(panels, [{ title: 'P2', state: 'drawn', errors: [] }])
  assert.match(html, />250<span class="affix"> ms<\/span>/)
})

describe('what is not drawn as it stands', () => {
  it('is said in the panel: unknown transformations, native histograms, more series than anybody can tell apart', async () => {
    const rows = [
      panel('timeseries', { title: 'many', targets: [{ refId: 'A', expr: 'many' }] }),
      panel('timeseries', { title: 'native', targets: [{ refId: 'A', expr: 'native' }] }),
      panel('stat', { title: 'changed', transformations: [{ id: 'odd' }, { id: 'off', disabled: true }] }),
    ]
    const { panels, html } = await render(
      rows,
      {},
      {
        queryRange: (expr, range) => {
          if (expr === 'native') return [{ labels: new Map(), points: [], isNativeHistogram: true }]
          return Array.from({ length: expr === 'many' ? 600 : 1 }, (_, at) => line({ x: `${at}` }, at, range))
        },
      },
    )
    assert.match(html, /query A gives 600 series, of which 500 are drawn/)
    assert.match(html, /the transformation odd is not applied/)
    assert.doesNotMatch(html, /transformation off/)
    assert.deepEqual(
      panels.map(({ state, errors }) => [state, ...errors]),
      [
        ['drawn'],
        ['error', 'query A: native histograms are not drawn; ask for histogram_quantile() of them'],
        ['drawn'],
      ],
    )
  })

  it('is said above the panels: annotations and groupings, other than those of Grafana itself', async () => {
    const list = [
      { name: 'Own', builtIn: 1, enable: true },
      { name: 'Deploys', enable: true },
      { name: 'Off', enable: false },
    ]
    const mappings = [{ type: 'regex', options: { pattern: '(a)\\1', result: { text: 'x' } } }]
    const overrides = [
      { matcher: { id: 'byRegexp', options: '/^(?!b)/' }, properties: [{ id: 'mappings', value: mappings }] },
      { matcher: { id: 'byRegexp', options: '/^b/' }, properties: [] },
    ]
    const { html } = await render([{ type: 'timeseries', fieldConfig: { defaults: {}, overrides } }], {
      annotations: { list },
      templating: { list: [{ name: 'by', type: 'groupby' }] },
    })
    assert.match(html, /Annotations are not drawn: Deploys\.</)
    assert.match(html, /Queries are not grouped by what is chosen in by\./)
    assert.match(
      html,
      /Patterns are not applied that look ahead, refer back to a group, or are too long: \/\^\(\?!b\)\/, \(a\)\\1\./,
    )
  })
})

it('adds ad-hoc filters to every query, those that are given before those of the file', async () => {
  const filters = [{ key: 'job', operator: '=', value: 'a' }]
  const templating = { list: [{ name: 'f', type: 'adhoc', filters }] }
  const { asked, html } = await render([panel('stat')], { templating })
  assert.deepEqual(asked, ['up{job="a"} each 15 s'])
  assert.match(html, /<b>f<\/b><span>job=&#34;a&#34;<\/span>/)
})
