import { cleanClassic, cleanElements } from './clean.ts'

const prometheus = { type: 'prometheus', uid: 'P1809F7CD0C75ACF3' }

/** Dashboards built as differently as people and tools build them; each with what makes it special. */
export const variedDashboards: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'clean, rows open and collapsed', text: lines(cleanClassic()) },
  { name: 'schema v2, one grid', text: lines(cleanElements()) },
  { name: 'no rows, tabs for indentation, CRLF', text: lines(flat(), '\t').replaceAll('\n', '\r\n') },
  { name: 'open rows without room between them', text: lines(openRows()) },
  { name: 'all rows collapsed, one empty', text: lines(collapsedRows()) },
  {
    name: 'minified, in the envelope of the API',
    text: JSON.stringify({ meta: { slug: 'x' }, dashboard: flat() }),
  },
  { name: 'nested panels and library panels, byte order mark', text: `\ufeff${lines(nested())}\n` },
  { name: 'rows of the oldest schema', text: lines(oldRows(), '    ') },
  { name: 'schema v2, rows of grids', text: lines(elementRows()) },
  { name: 'schema v2alpha1, tabs with a grid that lays out itself', text: lines(elementTabs()) },
  { name: 'edited by hand', text: byHand() },
  {
    name: 'not a single panel',
    text: lines({ ...cleanClassic(), panels: [] }),
  },
  { name: 'mixed data sources and several queries', text: lines(mixed()) },
]

function lines(value: unknown, indent: string = '  '): string {
  return JSON.stringify(value, null, indent)
}

function graph(id: number, title: string, expr: string, gridPos: object, more: object = {}) {
  return {
    datasource: prometheus,
    description: '',
    fieldConfig: {
      defaults: {
        color: { mode: 'palette-classic' },
        custom: { drawStyle: 'line', fillOpacity: 12, lineWidth: 2 },
        unit: 'short',
      },
      overrides: [],
    },
    gridPos,
    id,
    options: {
      legend: { displayMode: 'table', placement: 'right', showLegend: true },
      tooltip: { mode: 'multi' },
    },
    pluginVersion: '12.4.1',
    targets: [
      {
        datasource: prometheus,
        editorMode: 'code',
        expr,
        legendFormat: '{{instance}}',
        range: true,
        refId: 'A',
      },
    ],
    title,
    type: 'timeseries',
    ...more,
  }
}

function at(x: number, y: number, w = 12, h = 8) {
  return { h, w, x, y }
}

function row(id: number, title: string, y: number, more: object = {}) {
  return { collapsed: false, gridPos: at(0, y, 24, 1), id, panels: [], title, type: 'row', ...more }
}

function flat() {
  return {
    annotations: { list: [] },
    title: 'Flat',
    uid: 'flat',
    schemaVersion: 41,
    panels: [
      graph(10, 'Requests', 'sum(rate(http_requests_total{job="api"}[5m]))', at(0, 0)),
      graph(4, 'Errors', 'sum(rate(http_fetch_errors_total{job="api"}[5m]))', at(12, 0)),
      graph(7, 'Queue lengths', 'http_incoming_queue{job="api"}', at(0, 8)),
    ],
    templating: { list: [] },
  }
}

function openRows() {
  return {
    title: 'Rows',
    uid: 'rows',
    schemaVersion: 41,
    panels: [
      row(1, 'HTTP', 0),
      graph(2, 'Requests', 'sum(rate(http_requests_total{job=~"$job"}[$__rate_interval]))', at(0, 1)),
      graph(
        3,
        'Latency',
        'histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket{job=~"$job"}[$__rate_interval])))',
        at(12, 1),
      ),
      row(4, 'Database', 9),
      graph(5, 'Queries', 'sum(rate(db_queries_total{job=~"$job"}[$__rate_interval]))', at(0, 10)),
      row(6, 'Jobs', 18),
      graph(8, 'Backlog', 'jobs_pending{job=~"$job"}', at(0, 19, 24)),
    ],
    templating: { list: [{ name: 'job', type: 'query', query: 'label_values(up, job)' }] },
  }
}

function collapsedRows() {
  return {
    title: 'Collapsed',
    uid: 'collapsed',
    schemaVersion: 41,
    panels: [
      row(1, 'HTTP', 0, {
        collapsed: true,
        panels: [graph(2, 'Requests', 'rate(http_requests_total[5m])', at(0, 1))],
      }),
      row(3, 'Database', 1, {
        collapsed: true,
        panels: [
          graph(4, 'Queries', 'rate(db_queries_total[5m])', at(0, 2)),
          graph(5, 'Errors', 'rate(db_connect_errors_total[5m])', at(12, 2)),
        ],
      }),
      row(6, 'Jobs', 2, { collapsed: true }),
    ],
  }
}

function nested() {
  return {
    title: 'Nested',
    uid: 'nested',
    schemaVersion: 41,
    __elements: {
      lib: {
        name: 'Lib',
        uid: 'lib',
        kind: 1,
        model: { ...graph(0, 'Library', 'db_connections', at(0, 0)), type: 'stat' },
      },
    },
    panels: [
      graph(1, 'Outer', 'rate(http_requests_total[5m])', at(0, 0), {
        panels: [graph(2, 'Inner', 'http_open_connections', at(0, 0, 6, 4))],
      }),
      { id: 3, gridPos: at(12, 0), libraryPanel: { uid: 'lib', name: 'Lib' } },
      { id: 5, gridPos: at(0, 8), libraryPanel: { uid: 'gone', name: 'Jobs' }, title: 'Jobs' },
    ],
  }
}

function oldRows() {
  const old = (id: number, title: string, expr: string) => ({
    id,
    title,
    type: 'graph',
    span: 4,
    datasource: '$ds',
    targets: [{ expr, refId: 'A', step: 10 }],
  })
  return {
    title: 'Old',
    uid: 'old',
    schemaVersion: 14,
    templating: { list: [{ name: 'ds', type: 'datasource', query: 'prometheus' }] },
    rows: [
      { title: 'HTTP', height: '250px', panels: [old(1, 'Requests', 'rate(http_requests_total[5m])')] },
      { title: 'Database', height: '250px', panels: [old(2, 'Queries', 'rate(db_queries_total[5m])')] },
    ],
  }
}

function elementRows() {
  const dashboard = cleanElements()
  const [one, two, three] = dashboard.spec.layout.spec.items
  const grid = (...items: object[]) => ({ kind: 'GridLayout', spec: { items } })
  dashboard.spec.elements['panel-2'].spec.data.spec.queries[0].spec.query.spec.expr =
    'http_connected{job=~"$job",instance=~"$instance"}'
  three.spec.y = 0
  dashboard.spec.layout = {
    kind: 'RowsLayout',
    spec: {
      rows: [
        { kind: 'RowsLayoutRow', spec: { title: 'HTTP', collapse: false, layout: grid(one) } },
        {
          kind: 'RowsLayoutRow',
          spec: {
            title: 'App',
            collapse: true,
            layout: grid(three, { ...two, spec: { ...two.spec, x: 0, y: 8 } }),
          },
        },
      ],
    },
  }
  return dashboard
}

function elementTabs() {
  const dashboard = cleanElements()
  dashboard.apiVersion = 'dashboard.grafana.app/v2alpha1'
  for (const element of Object.values<{
    spec: {
      data: { spec: { queries: { spec: Record<string, unknown> }[] } }
      vizConfig: Record<string, unknown>
    }
  }>(dashboard.spec.elements)) {
    const { group, spec } = element.spec.vizConfig
    element.spec.vizConfig = { kind: group, spec }
    for (const query of element.spec.data.spec.queries) {
      const { spec } = query.spec.query as { spec: object }
      query.spec = {
        query: { kind: 'prometheus', spec },
        datasource: { type: 'prometheus', uid: '$datasource' },
        refId: query.spec.refId,
        hidden: false,
      }
    }
  }
  const items = dashboard.spec.layout.spec.items.map((item: { spec: { element: object } }) => ({
    kind: 'AutoGridLayoutItem',
    spec: { element: item.spec.element },
  }))
  dashboard.spec.layout = {
    kind: 'TabsLayout',
    spec: {
      tabs: [
        {
          kind: 'TabsLayoutTab',
          spec: { title: 'App', layout: { kind: 'AutoGridLayout', spec: { items } } },
        },
      ],
    },
  }
  return dashboard
}

/** Uneven indentation, lists on one line, a number with an exponent, an escaped slash, no line end at the end. */
function byHand(): string {
  return `{ "title": "By hand",
   "uid" : "by-hand", "schemaVersion": 4.1e1,
  "links": [ ],
      "panels": [
    {"id": 1, "type": "timeseries", "title": "HTTP \\/ requests", "gridPos": {"x":0,"y":0,"w":8,"h":7},
       "targets": [ {"refId":"A", "expr":"rate(http_requests_total{instance=~\\"$instance\\"}[2m])"} ] },

    {"id": 9, "type": "timeseries", "title": "Errors", "gridPos": {"x":8,"y":0,"w":8,"h":7},
       "targets": [ {"refId":"A", "expr":"rate(http_fetch_errors_total{instance=~\\"$instance\\"}[2m])"},{"refId":"C", "expr":"rate(http_parse_errors_total{instance=~\\"$instance\\"}[2m])"} ] }
  ], "templating": {"list": [{"name":"instance","type":"query","query":"label_values(up, instance)"}]}
}`
}

function mixed() {
  const dashboard = flat()
  return {
    ...dashboard,
    title: 'Mixed',
    uid: 'mixed',
    panels: [
      graph(1, 'Both', 'http_incoming_queue', at(0, 0, 24), {
        datasource: { type: 'mixed', uid: '-- Mixed --' },
        targets: [
          { refId: 'A', datasource: { type: 'loki', uid: 'logs' }, expr: 'count_over_time({app="x"}[1m])' },
          { refId: 'B', datasource: prometheus, expr: 'http_incoming_queue' },
        ],
      }),
      graph(30, 'Lag', 'http_lag_seconds', at(0, 8, 24, 3), { type: 'stat' }),
    ],
  }
}
