import type { DashboardPanel, DashboardTarget, DashboardVariable, DatasourceReference } from './dashboard.ts'
import type { DashboardBody, DashboardContent } from './dashboard-body.ts'
import { speaksPromql } from './datasource.ts'
import { type Field, field, isTrue, items, members, numberOf, textOf } from './fields.ts'
import { type ElementPlace, placesOf, rowsOf } from './layout.ts'
import { readTags, readThresholds } from './read-parts.ts'

/** Reads schema v2: elements by name, and a layout that says where each of them stands. */
export function readElements({ body, name, lineAt }: DashboardBody): DashboardContent {
  const variables = items(field(body, 'variables')).map((of) => readVariable(of, lineAt))
  const types = new Map(
    variables.filter(({ type }) => type === 'datasource').map(({ name, query }) => [name, query]),
  )
  const places = placesOf(field(body, 'layout'))
  const panels = members(field(body, 'elements')).map(([element, of]) =>
    readElement(of, {
      element,
      place: places.find((place) => place.element === element),
      lineAt,
      typeOfVariable: (variable) => types.get(variable),
    }),
  )
  return {
    uid: name ?? textOf(field(body, 'uid')),
    title: textOf(field(body, 'title')) ?? '',
    refresh: textOf(field(body, 'timeSettings', 'autoRefresh')),
    tags: readTags(field(body, 'tags')),
    variables,
    panels,
    rows: rowsOf(field(body, 'layout'), lineAt),
  }
}

interface ElementContext {
  readonly element: string
  readonly place: ElementPlace | undefined
  readonly lineAt: DashboardBody['lineAt']
  readonly typeOfVariable: (name: string) => string | undefined
}

function readElement(of: Field, { element, place, lineAt, typeOfVariable }: ElementContext): DashboardPanel {
  const spec = field(of, 'spec')
  const viz = field(spec, 'vizConfig')
  const defaults = field(viz, 'spec', 'fieldConfig', 'defaults')
  const data = field(spec, 'data', 'spec')
  const interval = textOf(field(data, 'queryOptions', 'interval'))
  const queries = items(field(data, 'queries'))
  const libraryPanel = field(spec, 'libraryPanel')
  const targets = queries.map((query) => readQuery(query, { lineAt, interval, typeOfVariable }))
  return {
    id: numberOf(field(spec, 'id')),
    element,
    title: textOf(field(spec, 'title')) ?? '',
    description: textOf(field(spec, 'description')),
    // v2alpha1 and v2beta1 name the plugin at different places.
    type: textOf(field(viz, 'group')) ?? textOf(field(viz, 'kind')) ?? '',
    within: place?.within ?? [],
    grid: place?.grid,
    gridKey: place?.gridKey ?? '',
    targets,
    unit: textOf(field(defaults, 'unit')),
    thresholds: readThresholds(field(defaults, 'thresholds')),
    datasource: targets.find(({ datasource }) => datasource !== undefined)?.datasource,
    library:
      libraryPanel.node === undefined
        ? undefined
        : { uid: textOf(field(libraryPanel, 'uid')) ?? '', name: textOf(field(libraryPanel, 'name')) ?? '' },
    path: of.path,
    line: lineAt(of),
  }
}

function readQuery(
  of: Field,
  {
    lineAt,
    interval,
    typeOfVariable,
  }: Omit<ElementContext, 'element' | 'place'> & { readonly interval: string | undefined },
): DashboardTarget {
  const query = field(of, 'spec', 'query')
  const spec = field(query, 'spec')
  const datasource = readQueryDatasource(query, field(of, 'spec', 'datasource'))
  const asksPrometheus = speaksPromql(datasource, typeOfVariable)
  return {
    refId: textOf(field(of, 'spec', 'refId')),
    expr: asksPrometheus ? textOf(field(spec, 'expr')) : undefined,
    isEmpty: asksPrometheus && textOf(field(spec, 'expr')) === undefined,
    legend: textOf(field(spec, 'legendFormat')),
    isHidden: isTrue(field(of, 'spec', 'hidden')),
    isInstant: isTrue(field(spec, 'instant')) && !isTrue(field(spec, 'range')),
    intervalText: textOf(field(spec, 'interval')) ?? interval,
    datasource,
    path: of.path,
    line: lineAt(of),
  }
}

/** v2beta1: `group` is the type and `datasource.name` the uid; v2alpha1: `kind` is the type, and a reference beside. */
function readQueryDatasource(query: Field, beside: Field): DatasourceReference | undefined {
  const kind = textOf(field(query, 'kind'))
  const type =
    textOf(field(query, 'group')) ??
    textOf(field(beside, 'type')) ??
    (kind === 'DataQuery' ? undefined : kind)
  const uid = textOf(field(query, 'datasource', 'name')) ?? textOf(field(beside, 'uid'))
  return type === undefined && uid === undefined ? undefined : { type, uid }
}

function readVariable(of: Field, lineAt: DashboardBody['lineAt']): DashboardVariable {
  const spec = field(of, 'spec')
  const kind = textOf(field(of, 'kind')) ?? 'QueryVariable'
  const type = variableTypes[kind] ?? kind.replace(/Variable$/, '').toLowerCase()
  const query = field(spec, 'query')
  const current = field(spec, 'current', 'value').node?.value
  const first = Array.isArray(current) ? current[0] : current
  return {
    name: textOf(field(spec, 'name')) ?? '',
    type,
    query:
      type === 'datasource'
        ? textOf(field(spec, 'pluginId'))
        : (textOf(query) ??
          textOf(field(query, 'spec', 'query')) ??
          textOf(field(query, 'spec', 'expr')) ??
          textOf(field(spec, 'definition'))),
    current:
      typeof first === 'string' && first !== ''
        ? first
        : textOf(field(items(field(spec, 'options'))[0] ?? spec, 'value')),
    isMulti: isTrue(field(spec, 'multi')),
    includesAll: isTrue(field(spec, 'includeAll')),
    regex: textOf(field(spec, 'regex')),
    datasource: readQueryDatasource(query, field(spec, 'datasource')),
    path: of.path,
    line: lineAt(of),
  }
}

const variableTypes: Readonly<Record<string, string>> = {
  TextVariable: 'textbox',
  GroupByVariable: 'groupby',
}
