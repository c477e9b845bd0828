import type { Dashboard } from '../dashboards/dashboard.ts'
import { textAt, valueAt } from '../dashboards/value-at.ts'
import type { PanelDesign } from './panel-design.ts'
import type { PanelStyle } from './style.ts'

type Json = Record<string, unknown>

/** The panel of the classic schema for a design, in a style. */
export function classicPanel(design: PanelDesign, style: PanelStyle, id: number, place: Json): Json {
  return {
    ...(style.datasource !== undefined && { datasource: style.datasource }),
    description: design.description,
    fieldConfig: fieldConfig(design, style),
    ...place,
    id,
    options: options(design, style),
    ...(style.version !== undefined && { pluginVersion: style.version }),
    targets: design.queries.map(({ expr, legend }, index) =>
      classicTarget(style.target, { expr, legend, refId: letters(index) }),
    ),
    title: design.title,
    ...(style.transparent && { transparent: true }),
    type: design.type,
  }
}

export interface NewQuery {
  readonly expr: string
  readonly legend: string
  readonly refId: string
}

/** A target like the neighbour's, with another query. */
export function classicTarget(model: unknown, { expr, legend, refId }: NewQuery): Json {
  return { ...datasourceOf(model), ...editor(model), expr, ...legendOf(legend), refId }
}

/** An element of schema v2; how it is written depends on the version that the file has. */
export function elementPanel(dashboard: Dashboard, design: PanelDesign, style: PanelStyle, id: number): Json {
  const spec = { options: options(design, style), fieldConfig: fieldConfig(design, style) }
  return {
    kind: 'Panel',
    spec: {
      id,
      title: design.title,
      description: design.description,
      links: [],
      data: {
        kind: 'QueryGroup',
        spec: {
          queries: design.queries.map(({ expr, legend }, index) =>
            elementQuery(dashboard, style, { expr, legend, refId: letters(index) }),
          ),
          transformations: [],
          queryOptions: {},
        },
      },
      vizConfig: isAlpha(dashboard)
        ? { kind: design.type, spec: { pluginVersion: style.version ?? '', ...spec } }
        : { kind: 'VizConfig', group: design.type, version: style.version ?? '', spec },
      ...(style.transparent && { transparent: true }),
    },
  }
}

export function elementQuery(
  dashboard: Dashboard,
  { target, datasource }: Pick<PanelStyle, 'target' | 'datasource'>,
  { expr, legend, refId }: NewQuery,
): Json {
  const model = valueAt(target, 'spec')
  const query = valueAt(model, 'query')
  const spec = { ...editor(valueAt(query, 'spec')), expr, ...legendOf(legend) }
  if (query !== undefined) {
    return {
      kind: 'PanelQuery',
      spec: { ...(model as Json), query: { ...(query as Json), spec }, refId, hidden: false },
    }
  }
  const uid = textAt(datasource, 'uid')
  if (isAlpha(dashboard)) {
    const own = { kind: 'prometheus', spec }
    return { kind: 'PanelQuery', spec: { query: own, ...(uid && { datasource }), refId, hidden: false } }
  }
  const own = {
    kind: 'DataQuery',
    group: 'prometheus',
    version: 'v0',
    ...(uid && { datasource: { name: uid } }),
    spec,
  }
  return { kind: 'PanelQuery', spec: { query: own, refId, hidden: false } }
}

/** A, B, …, Z, AA, as Grafana counts them. */
export function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26))
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last
}

function isAlpha({ json }: Dashboard): boolean {
  return textAt(json, 'apiVersion')?.endsWith('/v2alpha1') ?? false
}

function datasourceOf(model: unknown): Json {
  const datasource = valueAt(model, 'datasource')
  return datasource === undefined ? {} : { datasource }
}

/** Settings of the query editor that do not depend on the query. */
function editor(model: unknown): Json {
  const mode = textAt(model, 'editorMode')
  return mode === undefined ? {} : { editorMode: 'code', range: true }
}

function legendOf(legend: string): Json {
  return legend === '' ? {} : { legendFormat: legend }
}

function fieldConfig({ type, unit, steps, mappings }: PanelDesign, { custom, color }: PanelStyle): Json {
  const isColoured = steps.length > 0 && type === 'stat'
  const lines = steps.length > 0 && type === 'timeseries' ? { thresholdsStyle: { mode: 'line' } } : {}
  // The neighbour's lines are for its own thresholds.
  const { thresholdsStyle: _, ...neighbours } = (custom ?? {}) as Json
  const customs = { ...neighbours, ...lines }
  return {
    defaults: {
      color: isColoured
        ? { mode: 'thresholds' }
        : (color ?? { mode: type === 'stat' ? 'thresholds' : 'palette-classic' }),
      ...(Object.keys(customs).length > 0 && { custom: customs }),
      mappings,
      thresholds: {
        mode: 'absolute',
        steps:
          steps.length > 0
            ? steps.map(({ value, color }) => ({ color, value }))
            : [{ color: 'green', value: null }],
      },
      unit,
    },
    overrides: [],
  }
}

/** Those of the neighbour; without one, what Grafana begins with. */
function options({ type }: PanelDesign, { options: model }: PanelStyle): unknown {
  if (model !== undefined) return model
  if (type === 'timeseries') {
    return {
      legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    }
  }
  return {
    colorMode: 'value',
    graphMode: 'none',
    justifyMode: 'auto',
    orientation: 'auto',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    textMode: 'auto',
  }
}
