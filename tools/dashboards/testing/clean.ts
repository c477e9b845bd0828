/** A dashboard in which no check finds anything, for tests that bend it. */
// biome-ignore lint/suspicious/noExplicitAny: tests bend it in every way.
export function cleanClassic(): any {
  const of = '{job=~"$job",instance=~"$instance"}'
  return {
    uid: 'clean',
    title: 'Clean',
    tags: ['test'],
    schemaVersion: 42,
    editable: false,
    refresh: '10s',
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        variable('job', 'label_values(app_queue, job)'),
        variable('instance', 'label_values(app_queue{job=~"$job"}, instance)'),
      ],
    },
    panels: [
      { id: 1, type: 'row', title: 'State', collapsed: false, gridPos: grid(0, 0, 24, 1), panels: [] },
      panel(2, 'Connection', grid(0, 1, 12, 8), {
        type: 'stat',
        targets: [{ refId: 'A', expr: `min(app_connected${of})`, legendFormat: '' }],
        fieldConfig: {
          defaults: {
            unit: 'none',
            thresholds: steps([null, 'red'], [1, 'green']),
            mappings: [
              {
                type: 'value',
                options: {
                  0: { text: 'Disconnected', color: 'red' },
                  1: { text: 'Connected', color: 'green' },
                },
              },
            ],
          },
        },
      }),
      panel(3, 'Duration', grid(12, 1, 12, 8), {
        targets: [
          {
            refId: 'A',
            expr: `histogram_quantile(0.95, sum by (le, instance) (rate(app_duration_seconds_bucket${of}[$__rate_interval])))`,
            legendFormat: '{{instance}}',
          },
        ],
        fieldConfig: { defaults: { unit: 's' } },
      }),
      panel(4, 'Errors', grid(0, 9, 24, 8), {
        targets: [
          { refId: 'A', expr: `sum(increase(app_errors_total${of}[5m]))`, legendFormat: 'errors' },
          { refId: 'B', expr: `sum(increase(app_requests_total${of}[5m]))`, legendFormat: 'requests' },
        ],
        fieldConfig: {
          defaults: { unit: 'short', thresholds: steps([null, 'green'], [10, 'yellow'], [100, 'red']) },
        },
      }),
      {
        id: 5,
        type: 'row',
        title: 'Queue',
        collapsed: true,
        gridPos: grid(0, 17, 24, 1),
        panels: [
          panel(6, 'Length', grid(0, 18, 12, 8), {
            targets: [{ refId: 'A', expr: `sum(app_queue${of})` }],
            fieldConfig: { defaults: { unit: 'short' } },
          }),
          panel(7, 'Requests', grid(12, 18, 12, 8), {
            targets: [{ refId: 'A', expr: `sum(rate(app_requests_total${of}[$__rate_interval]))` }],
            fieldConfig: { defaults: { unit: 'reqps' } },
          }),
        ],
      },
    ],
  }
}

/** The first panels of the same dashboard in schema v2. */
// biome-ignore lint/suspicious/noExplicitAny: tests bend it in every way.
export function cleanElements(): any {
  const { panels, templating } = cleanClassic()
  const shown = [panels[1], panels[2], panels[3]]
  return {
    apiVersion: 'dashboard.grafana.app/v2beta1',
    kind: 'Dashboard',
    metadata: { name: 'clean-v2' },
    spec: {
      title: 'Clean in v2',
      tags: ['test'],
      editable: false,
      timeSettings: { autoRefresh: '10s', from: 'now-1h', to: 'now' },
      variables: [
        {
          kind: 'DatasourceVariable',
          spec: { name: 'datasource', label: 'Data source', pluginId: 'prometheus' },
        },
        ...templating.list.slice(1).map((of: { name: string; query: string }) => ({
          kind: 'QueryVariable',
          spec: {
            name: of.name,
            multi: true,
            includeAll: true,
            refresh: 'onTimeRangeChanged',
            query: query({ query: of.query }),
          },
        })),
      ],
      elements: Object.fromEntries(
        // biome-ignore lint/suspicious/noExplicitAny: as above.
        shown.map((of: any) => [
          `panel-${of.id}`,
          {
            kind: 'Panel',
            spec: {
              id: of.id,
              title: of.title,
              description: of.description,
              links: [],
              data: {
                kind: 'QueryGroup',
                spec: {
                  queries: of.targets.map(({ refId, ...spec }: { refId: string }) => ({
                    kind: 'PanelQuery',
                    spec: { refId, hidden: false, query: query(spec) },
                  })),
                  transformations: [],
                  queryOptions: {},
                },
              },
              vizConfig: {
                kind: 'VizConfig',
                group: of.type,
                version: '12.4.0',
                spec: { options: of.options, fieldConfig: { overrides: [], ...of.fieldConfig } },
              },
            },
          },
        ]),
      ),
      layout: {
        kind: 'GridLayout',
        spec: {
          items: shown.map(({ id, gridPos: { x, y, w, h } }) => ({
            kind: 'GridLayoutItem',
            spec: {
              x,
              y: y - 1,
              width: w,
              height: h,
              element: { kind: 'ElementReference', name: `panel-${id}` },
            },
          })),
        },
      },
    },
  }
}

function query(spec: object) {
  return {
    kind: 'DataQuery',
    group: 'prometheus',
    version: 'v0',
    datasource: { name: variableReference('datasource') },
    spec,
  }
}

function variable(name: string, text: string) {
  return {
    name,
    type: 'query',
    datasource: source(),
    query: text,
    multi: true,
    includeAll: true,
    refresh: 2,
    regex: '',
  }
}

function panel(id: number, title: string, gridPos: object, more: object) {
  return {
    id,
    title,
    description: `Shows ${title}.`,
    type: 'timeseries',
    gridPos,
    datasource: source(),
    options: { legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] } },
    ...more,
  }
}

function source() {
  return { type: 'prometheus', uid: variableReference('datasource') }
}

function variableReference(name: string): string {
  return `\${${name}}`
}

function grid(x: number, y: number, w: number, h: number) {
  return { x, y, w, h }
}

function steps(...all: readonly (readonly [number | null, string])[]) {
  return { mode: 'absolute', steps: all.map(([value, color]) => ({ value, color })) }
}
