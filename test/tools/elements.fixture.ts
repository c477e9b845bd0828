/** A dashboard of schema v1 as Grafana saves it in schema v2: elements by name, and a grid that places them. */
// biome-ignore lint/suspicious/noExplicitAny: tests bend it in every way.
export function asElements(dashboard: any): any {
  const { uid, title, description, tags, refresh, time, links, templating, panels } = dashboard
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const shown = panels.filter(({ type }: any) => type !== 'row')
  return {
    apiVersion: 'dashboard.grafana.app/v2beta1',
    kind: 'Dashboard',
    metadata: { name: uid },
    spec: {
      title,
      description,
      tags,
      links,
      timeSettings: { autoRefresh: refresh, ...time },
      variables: templating.list.map(variable),
      elements: Object.fromEntries(
        shown.map((panel: { id: number }) => [`panel-${panel.id}`, element(panel)]),
      ),
      layout: {
        kind: 'GridLayout',
        spec: {
          // biome-ignore lint/suspicious/noExplicitAny: as above.
          items: shown.map(({ id, gridPos: { x, y, w, h } }: any) => ({
            kind: 'GridLayoutItem',
            spec: { x, y, width: w, height: h, element: { kind: 'ElementReference', name: `panel-${id}` } },
          })),
        },
      },
    },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function variable({ type, name, query, datasource, current, definition, ...more }: any) {
  if (type === 'datasource')
    return {
      kind: 'DatasourceVariable',
      spec: { ...more, name, pluginId: query, refresh: 'onDashboardLoad' },
    }
  return {
    kind: 'QueryVariable',
    spec: { ...more, name, refresh: 'onTimeRangeChanged', sort: 'alphabeticalAsc', query: dataQuery(query) },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function element({ id, title, description, links = [], targets, type, options, fieldConfig }: any) {
  return {
    kind: 'Panel',
    spec: {
      id,
      title,
      description,
      links,
      data: {
        kind: 'QueryGroup',
        spec: {
          // biome-ignore lint/suspicious/noExplicitAny: as above.
          queries: targets.map(({ refId, datasource, ...spec }: any) => ({
            kind: 'PanelQuery',
            spec: { refId, hidden: false, query: dataQuery(spec) },
          })),
          transformations: [],
          queryOptions: {},
        },
      },
      vizConfig: { kind: 'VizConfig', group: type, version: '12.4.0', spec: { options, fieldConfig } },
    },
  }
}

function dataQuery(spec: object) {
  return { kind: 'DataQuery', group: 'prometheus', version: 'v0', datasource: { name: '$datasource' }, spec }
}
