import type {
  DashboardPanel,
  DashboardRow,
  DashboardTarget,
  DashboardVariable,
  DatasourceReference,
  GridPosition,
} from './dashboard.ts'
import type { DashboardBody, DashboardContent, KnownPanels } from './dashboard-body.ts'
import { readDatasource, speaksPromql } from './datasource.ts'
import { type Field, field, isTrue, items, members, numberOf, textOf } from './fields.ts'
import { readTags, readThresholds } from './read-parts.ts'

/** Reads the classic schema: panels in rows and under rows, the older `rows`, library panels whose model is in the file. */
export function readClassic({ body, name, lineAt, known }: DashboardBody): DashboardContent {
  const variables = items(field(body, 'templating', 'list')).map((of) => readVariable(of, lineAt))
  const libraryModels = new Map(
    members(field(body, '__elements')).map(([uid, element]) => [uid, field(element, 'model')]),
  )
  const reading: Reading = {
    lineAt,
    known,
    libraryModels,
    typeOfVariable: typesOfVariables(body, variables),
    panels: [],
    rows: [],
  }
  readPanels(reading, field(body, 'panels'), [])
  for (const row of items(field(body, 'rows'))) {
    const title = textOf(field(row, 'title'))
    readRow(reading, row, 'rows')
    readPanels(reading, field(row, 'panels'), title === undefined ? [] : [title])
  }
  return {
    uid: textOf(field(body, 'uid')) ?? name,
    title: textOf(field(body, 'title')) ?? '',
    refresh: textOf(field(body, 'refresh')),
    tags: readTags(field(body, 'tags')),
    variables,
    panels: reading.panels,
    rows: reading.rows,
  }
}

interface Reading {
  readonly lineAt: DashboardBody['lineAt']
  readonly known: KnownPanels | undefined
  readonly libraryModels: ReadonlyMap<string, Field>
  readonly typeOfVariable: (name: string) => string | undefined
  readonly panels: DashboardPanel[]
  readonly rows: DashboardRow[]
}

/** Panels stand under the open row above them, as on the screen: by position, not by order in the file. */
function readPanels(reading: Reading, list: Field, within: readonly string[]): void {
  const all = items(list)
  const gridKey = list.path.join('/')
  const rows = all
    .filter((of) => isRow(of) && !isTrue(field(of, 'collapsed')))
    .map((of) => ({ y: readGrid(field(of, 'gridPos'))?.y ?? 0, title: textOf(field(of, 'title')) ?? '' }))
    .sort((a, b) => a.y - b.y)
  for (const of of all) {
    const inner = field(of, 'panels')
    if (isRow(of)) {
      readRow(reading, of, gridKey)
      readPanels(reading, inner, [...within, textOf(field(of, 'title')) ?? ''])
      continue
    }
    if (of.node?.members === undefined) continue
    const known = reading.known?.get(of.node)
    const grid = known === undefined ? readGrid(field(of, 'gridPos')) : known.grid
    const row = grid && rows.findLast(({ y }) => y <= grid.y)
    const around = row === undefined ? within : [...within, row.title]
    const panel = isStill(known, around) ? known : readPanel(reading, of, { within: around, grid, gridKey })
    reading.known?.set(of.node, panel)
    reading.panels.push(panel)
    if (inner.node !== undefined) readPanels(reading, inner, [...around, panel.title])
  }
}

function isRow({ node }: Field): boolean {
  return node?.members?.get('type')?.value === 'row'
}

/** A row above may have come or gone since it was read, and a library may have moved. */
function isStill(known: DashboardPanel | undefined, around: readonly string[]): known is DashboardPanel {
  return known !== undefined && known.library === undefined && known.within.join('\n') === around.join('\n')
}

function readRow({ rows, lineAt }: Reading, of: Field, gridKey: string): void {
  rows.push({
    title: textOf(field(of, 'title')) ?? '',
    id: numberOf(field(of, 'id')),
    isCollapsed: isTrue(field(of, 'collapsed')) || isTrue(field(of, 'collapse')),
    grid: readGrid(field(of, 'gridPos')),
    gridKey,
    path: of.path,
    line: lineAt(of),
  })
}

function readPanel(
  { lineAt, libraryModels, typeOfVariable }: Reading,
  of: Field,
  place: Pick<DashboardPanel, 'within' | 'grid' | 'gridKey'>,
): DashboardPanel {
  const libraryPanel = field(of, 'libraryPanel')
  const libraryUid = textOf(field(libraryPanel, 'uid'))
  const libraryName = textOf(field(libraryPanel, 'name'))
  const library =
    libraryPanel.node === undefined ? undefined : { uid: libraryUid ?? '', name: libraryName ?? '' }
  const inLibrary = libraryUid === undefined ? undefined : libraryModels.get(libraryUid)
  const model = inLibrary?.node === undefined ? of : inLibrary
  const datasource = readDatasource(field(model, 'datasource'))
  const defaults = field(model, 'fieldConfig', 'defaults')
  const interval = textOf(field(model, 'interval'))
  const targets = items(field(model, 'targets')).map((target) =>
    readTarget(target, { lineAt, typeOfVariable, datasource, interval }),
  )
  return {
    id: numberOf(field(of, 'id')),
    element: undefined,
    title: textOf(field(of, 'title')) ?? textOf(field(model, 'title')) ?? '',
    description: textOf(field(model, 'description')),
    type: textOf(field(model, 'type')) ?? '',
    ...place,
    targets,
    unit:
      textOf(field(defaults, 'unit')) ??
      textOf(field(model, 'format')) ??
      textOf(field(items(field(model, 'yaxes'))[0] ?? { node: undefined, path: [] }, 'format')),
    thresholds: readThresholds(field(defaults, 'thresholds')),
    datasource,
    library,
    path: of.path,
    line: lineAt(of),
  }
}

interface TargetContext {
  readonly lineAt: DashboardBody['lineAt']
  readonly typeOfVariable: (name: string) => string | undefined
  readonly datasource: DatasourceReference | undefined
  readonly interval: string | undefined
}

function readTarget(of: Field, context: TargetContext): DashboardTarget {
  const own = readDatasource(field(of, 'datasource'))
  const isInstant = isTrue(field(of, 'instant')) && !isTrue(field(of, 'range'))
  const asksPrometheus = speaksPromql(own ?? context.datasource, context.typeOfVariable)
  return {
    refId: textOf(field(of, 'refId')),
    expr: asksPrometheus ? textOf(field(of, 'expr')) : undefined,
    isEmpty: asksPrometheus && textOf(field(of, 'expr')) === undefined,
    legend: textOf(field(of, 'legendFormat')),
    isHidden: isTrue(field(of, 'hide')),
    isInstant,
    intervalText: textOf(field(of, 'interval')) ?? context.interval,
    datasource: own,
    path: of.path,
    line: context.lineAt(of),
  }
}

function readVariable(of: Field, lineAt: DashboardBody['lineAt']): DashboardVariable {
  const type = textOf(field(of, 'type')) ?? 'query'
  const query = field(of, 'query')
  const current = field(of, 'current', 'value').node?.value
  const first = Array.isArray(current) ? current[0] : current
  return {
    name: textOf(field(of, 'name')) ?? '',
    type,
    query: textOf(query) ?? textOf(field(query, 'query')) ?? textOf(field(of, 'definition')),
    current:
      typeof first === 'string' && first !== ''
        ? first
        : textOf(field(items(field(of, 'options'))[0] ?? of, 'value')),
    isMulti: isTrue(field(of, 'multi')),
    includesAll: isTrue(field(of, 'includeAll')),
    regex: textOf(field(of, 'regex')),
    datasource: readDatasource(field(of, 'datasource')),
    path: of.path,
    line: lineAt(of),
  }
}

/** The kind of data source that a variable or an input of an exported dashboard chooses from. */
function typesOfVariables(
  body: Field,
  variables: readonly DashboardVariable[],
): (name: string) => string | undefined {
  const types = new Map<string, string>()
  for (const input of items(field(body, '__inputs'))) {
    const [name, type] = [textOf(field(input, 'name')), textOf(field(input, 'pluginId'))]
    if (name !== undefined && type !== undefined) types.set(name, type)
  }
  for (const { name, type, query } of variables) {
    if (type === 'datasource' && query !== undefined) types.set(name, query)
  }
  return (name) => types.get(name)
}

function readGrid(of: Field): GridPosition | undefined {
  const [x, y, w, h] = ['x', 'y', 'w', 'h'].map((key) => numberOf(field(of, key)))
  if (x === undefined || y === undefined || w === undefined || h === undefined) return undefined
  return { x, y, w, h }
}
