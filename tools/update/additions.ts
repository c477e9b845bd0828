import { UsageError } from '@tidegauge/otel/usage-error'
import type { Dashboard, DashboardPanel, GridPosition } from '../dashboards/dashboard.ts'
import { type JsonNode, nodeAt } from '../dashboards/json-text.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import { freePlace } from './free-place.ts'
import { applyInsertions, type Insertion, insertItem, insertMember } from './json-edit.ts'
import type { MetricKind } from './metric-kind.ts'
import type { PanelDesign } from './panel-design.ts'
import { classicPanel, classicTarget, elementPanel, elementQuery, type NewQuery } from './panel-json.ts'
import type { Section } from './section.ts'
import type { PanelStyle } from './style.ts'

/** One metric that was added. */
export interface Addition extends Added {
  readonly kind: MetricKind
  /** 1 is the most urgent. */
  readonly priority: 1 | 2 | 3 | 4
  /** The panel as it stands in the finished file. */
  readonly panel: DashboardPanel
  readonly line: number
}

/** An addition before it is known where in the finished file it stands. */
export interface Added {
  readonly metric: DeclaredMetric
  readonly how: 'panel' | 'target'
  readonly id: number | undefined
  readonly element: string | undefined
  readonly refId: string | undefined
  readonly path: readonly (string | number)[]
  readonly queries: readonly { readonly expr: string; readonly legend: string }[]
}

/** The text with one thing more in it. */
export interface Step {
  readonly text: string
  /** So many of its first characters are as they were. */
  readonly same: number
  readonly added?: Added
}

interface Common {
  readonly text: string
  /** The same text, parsed. */
  readonly root: JsonNode
  readonly dashboard: Dashboard
}

/** Adds a query to a panel that is there. */
export function addTarget({
  text,
  root,
  dashboard,
  metric,
  panel,
  query,
}: Common & {
  readonly metric: DeclaredMetric
  readonly panel: DashboardPanel
  readonly query: NewQuery
}): Step {
  const isV2 = dashboard.schema === 'v2'
  const last = panel.targets.at(-1)
  const model = last && valueAt(dashboard.json, ...last.path)
  const value = isV2
    ? elementQuery(dashboard, { target: model, datasource: undefined }, query)
    : classicTarget(model, query)
  const path = isV2 ? [...panel.path, 'spec', 'data', 'spec', 'queries'] : [...panel.path, 'targets']
  const array = at(root, path, dashboard)
  const added: Added = {
    metric,
    how: 'target',
    id: panel.id,
    element: panel.element,
    refId: query.refId,
    path: panel.path,
    queries: [query],
  }
  return step(text, [insertItem(text, { array, after: panel.targets.length - 1, value })], added)
}

/** Adds a panel to a section; undefined when there is no room. */
export function addPanel({
  text,
  root,
  dashboard,
  design,
  style,
  section,
  neighbours,
}: Common & {
  readonly design: PanelDesign
  readonly style: PanelStyle
  readonly section: Section
  readonly neighbours: readonly DashboardPanel[]
}): Step | undefined {
  const size = sizeOf(design, neighbours)
  const leastWidth = design.type === 'stat' ? 3 : 6
  const place = section.grid && freePlace({ ...section.grid, size, leastWidth })
  if (section.grid !== undefined && place === undefined) return undefined
  const id = freeId(dashboard)
  const list = nodeAt(root, section.listPath)
  const added = {
    metric: design.metric,
    how: 'panel' as const,
    refId: undefined,
    path: [...section.listPath, section.after + 1],
    queries: design.queries,
  }
  if (dashboard.schema === 'v1') {
    const value = classicPanel(design, style, id, classicPlace(dashboard, section, place))
    const insertion =
      list === undefined
        ? insertMember(text, {
            object: at(root, section.listPath.slice(0, -1), dashboard),
            key: 'panels',
            value: [value],
          })
        : insertItem(text, { array: list, after: section.after, value })
    return step(text, [insertion], { ...added, id, element: undefined })
  }
  const element = freeElement(dashboard, id)
  const insertions: Insertion[] = [
    insertMember(text, {
      object: at(root, [...dashboard.bodyPath, 'elements'], dashboard),
      key: element,
      value: elementPanel(dashboard, design, style, id),
    }),
    insertItem(text, {
      array: at(root, section.listPath, dashboard),
      after: section.after,
      value: layoutItem(dashboard, section, element, place),
    }),
  ]
  return step(text, insertions, { ...added, id, element })
}

/** Adds an open row, or in schema v2 a row or tab, at the end. */
export function addRow({ text, root, dashboard, title }: Common & { readonly title: string }): Step & {
  readonly row: { readonly id: number } | { readonly title: string }
} {
  const { bodyPath, json, schema } = dashboard
  if (schema === 'v1') {
    const id = freeId(dashboard)
    const y = bottomOf(listAt(json, ...bodyPath, 'panels').map((item) => valueAt(item, 'gridPos')))
    const value = { collapsed: false, gridPos: { h: 1, w: 24, x: 0, y }, id, panels: [], title, type: 'row' }
    const array = at(root, [...bodyPath, 'panels'], dashboard)
    const after = (array.items?.length ?? 0) - 1
    return { ...step(text, [insertItem(text, { array, after, value })]), row: { id } }
  }
  const layout = [...bodyPath, 'layout', 'spec']
  const isTabs = Array.isArray(valueAt(json, ...layout, 'tabs'))
  const value = {
    kind: isTabs ? 'TabsLayoutTab' : 'RowsLayoutRow',
    spec: {
      title,
      ...(!isTabs && { collapse: false }),
      layout: { kind: 'GridLayout', spec: { items: [] } },
    },
  }
  const array = at(root, [...layout, isTabs ? 'tabs' : 'rows'], dashboard)
  const after = (array.items?.length ?? 0) - 1
  return { ...step(text, [insertItem(text, { array, after, value })]), row: { title } }
}

function step(text: string, insertions: readonly Insertion[], added?: Added): Step {
  const same = Math.min(...insertions.map(({ offset }) => offset))
  return { text: applyInsertions(text, insertions), same, ...(added && { added }) }
}

function at(root: JsonNode, path: readonly (string | number)[], { file }: Pick<Dashboard, 'file'>): JsonNode {
  const node = nodeAt(root, path)
  if (node === undefined)
    throw new UsageError(`${file}: it has no ${path.join('.')} to add a panel to; add that, as Grafana would`)
  return node
}

/** The size of the neighbours of the same type, the closest first. */
function sizeOf({ type }: PanelDesign, neighbours: readonly DashboardPanel[]): { w: number; h: number } {
  const alike = neighbours.find((panel) => panel.type === type && panel.grid !== undefined)?.grid
  if (alike === undefined) return type === 'stat' ? { w: 6, h: 4 } : { w: 12, h: 8 }
  return { w: Math.min(24, Math.max(1, Math.round(alike.w))), h: Math.max(1, Math.round(alike.h)) }
}

function classicPlace({ json }: Dashboard, section: Section, place: GridPosition | undefined) {
  if (place !== undefined) {
    const { x, y, w, h } = place
    return { gridPos: { h, w, x, y } }
  }
  if (!section.isSpanned) return {}
  const span = valueAt(json, ...section.listPath, section.after, 'span')
  return { span: typeof span === 'number' ? span : 6 }
}

/** An item of the same kind as its neighbours'. */
function layoutItem({ json }: Dashboard, section: Section, name: string, place: GridPosition | undefined) {
  const element = { kind: 'ElementReference', name }
  if (place !== undefined) {
    const { x, y, w, h } = place
    return { kind: 'GridLayoutItem', spec: { x, y, width: w, height: h, element } }
  }
  const kind = textAt(json, ...section.listPath, section.after, 'kind') ?? 'AutoGridLayoutItem'
  return { kind, spec: { element } }
}

function bottomOf(grids: readonly unknown[]): number {
  const bottoms = grids.map((grid) => Number(valueAt(grid, 'y') ?? 0) + Number(valueAt(grid, 'h') ?? 0))
  return Math.max(0, ...bottoms.filter(Number.isFinite))
}

/** Above all that are taken, so that no link of old leads to a new panel. */
function freeId({ panels, rows }: Dashboard): number {
  const ids = [...panels, ...rows].map(({ id }) => id ?? 0).filter(Number.isSafeInteger)
  return 1 + ids.reduce((most, id) => Math.max(most, id), 0)
}

function freeElement({ panels }: Dashboard, id: number): string {
  const taken = new Set(panels.map(({ element }) => element))
  for (let number = id; ; number += 1) {
    if (!taken.has(`panel-${number}`)) return `panel-${number}`
  }
}
