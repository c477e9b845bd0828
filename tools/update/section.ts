import type { Dashboard, DashboardPanel, GridPosition } from '../dashboards/dashboard.ts'
import { placesOf } from '../dashboards/layout.ts'
import { layoutOf } from '../dashboards/layout-of.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'

type Path = readonly (string | number)[]

/** A list of panels, or the part of it that stands under one open row. */
export interface Section {
  readonly listPath: Path
  /** Index of the item to stand after; -1 in an empty list. */
  readonly after: number
  /** Undefined where the layout finds the places itself. */
  readonly grid:
    | {
        readonly taken: readonly GridPosition[]
        readonly from: number
        readonly to: number
        readonly near: number
      }
    | undefined
  /** In the oldest files panels have a share of the row's width instead of a place. */
  readonly isSpanned: boolean
}

/** The section that a panel stands in. Undefined for an element that the layout leaves out. */
export function sectionOf(dashboard: Dashboard, panel: DashboardPanel): Section | undefined {
  if (dashboard.schema === 'v1') return classicSection(dashboard, rowLevel(dashboard, panel.path))
  const place = placesOf(layoutOf(dashboard)).find(({ element }) => element === panel.element)
  if (place === undefined) return undefined
  return listSection(dashboard, place.item.path, elementGrid)
}

/** Where panels go that are related to none, if there is such a place without making a row. */
export function lastSection(dashboard: Dashboard): Section | undefined {
  const { json, bodyPath, schema, rows } = dashboard
  if (schema === 'v2') {
    const listPath = [...bodyPath, 'layout', 'spec', 'items']
    if (!Array.isArray(valueAt(json, ...listPath))) return undefined
    const items = listAt(json, ...listPath)
    if (items.some((item) => textAt(item, 'kind') === 'GridLayoutRow'))
      return bottomOf(dashboard, listPath, elementGrid)
    return listSection(dashboard, [...listPath, items.length - 1], elementGrid)
  }
  if (rows.length > 0 && valueAt(json, ...bodyPath, 'rows') === undefined) return undefined
  const oldRows = listAt(json, ...bodyPath, 'rows')
  const listPath =
    oldRows.length > 0 ? [...bodyPath, 'rows', oldRows.length - 1, 'panels'] : [...bodyPath, 'panels']
  return classicSection(dashboard, [...listPath, listAt(json, ...listPath).length - 1])
}

/** The section below an open row, or inside of a collapsed one. */
export function sectionOfRow(dashboard: Dashboard, path: Path): Section {
  const { json } = dashboard
  const isCollapsed = valueAt(json, ...path, 'collapsed') === true
  if (!isCollapsed) return classicSection(dashboard, path)
  const listPath = [...path, 'panels']
  return classicSection(dashboard, [...listPath, listAt(json, ...listPath).length - 1])
}

/** Panels inside of panels have no room for more: the panel around them is what counts. */
function rowLevel({ json, bodyPath }: Dashboard, path: Path): Path {
  let at = path
  while (at.length > bodyPath.length + 2) {
    const around = valueAt(json, ...at.slice(0, -2))
    if (textAt(around, 'type') === 'row' || at.at(-4) === 'rows' || at[bodyPath.length] === 'rows') return at
    at = at.slice(0, -2)
  }
  return at
}

function classicSection(dashboard: Dashboard, path: Path): Section {
  return listSection(dashboard, path, classicGrid)
}

type ReadGrid = (item: unknown) => GridPosition | undefined

function listSection({ json, bodyPath }: Dashboard, path: Path, gridOf: ReadGrid): Section {
  const listPath = path.slice(0, -1)
  const items = listAt(json, ...listPath)
  const isSpanned = listPath[bodyPath.length] === 'rows'
  const grids = items.map(gridOf)
  const last = Math.max(-1, items.length - 1)
  if (isSpanned || (items.length > 0 && grids.every((grid) => grid === undefined))) {
    return { listPath, after: last, grid: undefined, isSpanned }
  }
  const taken = grids.filter((grid) => grid !== undefined)
  const index = Number(path.at(-1))
  const near = grids[index]?.y ?? 0
  const rows = items
    .map((item, at) => ({ at, y: rowHeight(item) === undefined ? undefined : (grids[at]?.y ?? rowY(item)) }))
    .filter((row): row is { at: number; y: number } => row.y !== undefined)
    .sort((a, b) => a.y - b.y)
  const row = rows.findLast(({ y }) => y <= near)
  const next = rows.find(({ y }) => y > near)
  const top = taken.length === 0 ? 0 : Math.min(...taken.map(({ y }) => y))
  const from =
    row === undefined ? (listPath.at(-2) === undefined ? 0 : top) : row.y + (rowHeight(items[row.at]) ?? 1)
  const to = next?.y ?? Number.POSITIVE_INFINITY
  const inside = grids
    .map((grid, at) => ({ at, y: grid?.y ?? -1 }))
    .filter(({ at, y }) => (y >= from && y < to) || at === row?.at)
  const after = inside.length === 0 ? last : Math.max(...inside.map(({ at }) => at))
  return { listPath, after, grid: { taken, from, to, near }, isSpanned }
}

function bottomOf(dashboard: Dashboard, listPath: Path, gridOf: ReadGrid): Section {
  const items = listAt(dashboard.json, ...listPath)
  const taken = items.map((item) => gridOf(item) ?? wholeRow(item))
  const from = Math.max(0, ...taken.map(({ y, h }) => y + h))
  const grid = { taken, from, to: Number.POSITIVE_INFINITY, near: from }
  return { listPath, after: items.length - 1, grid, isSpanned: false }
}

/** What a row of the first v2 takes up with all that is in it. */
function wholeRow(item: unknown): GridPosition {
  const bottoms = listAt(item, 'spec', 'elements').map((each) => {
    const grid = elementGrid(each)
    return (grid?.y ?? 0) + (grid?.h ?? 0)
  })
  return { x: 0, y: rowY(item), w: 24, h: 1 + Math.max(0, ...bottoms) }
}

function rowY(item: unknown): number {
  const y = valueAt(item, 'spec', 'y')
  return typeof y === 'number' ? y : 0
}

/** Height of the heading, for what is a row at all. */
function rowHeight(item: unknown): number | undefined {
  if (textAt(item, 'kind') === 'GridLayoutRow') return wholeRow(item).h
  if (textAt(item, 'type') !== 'row') return undefined
  return classicGrid(item)?.h ?? 1
}

const classicGrid: ReadGrid = (item) => readGrid(valueAt(item, 'gridPos'), ['x', 'y', 'w', 'h'])
const elementGrid: ReadGrid = (item) => readGrid(valueAt(item, 'spec'), ['x', 'y', 'width', 'height'])

function readGrid(value: unknown, keys: readonly string[]): GridPosition | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const [x, y, w, h] = keys.map((key) => (value as Readonly<Record<string, unknown>>)[key])
  if (typeof x !== 'number' || typeof y !== 'number' || typeof w !== 'number' || typeof h !== 'number')
    return undefined
  return { x, y, w, h }
}
