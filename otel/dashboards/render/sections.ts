import type { Dashboard, DashboardPanel, GridPosition } from '../dashboard.ts'
import { type Field, field, isTrue, items, numberOf, textOf } from '../fields.ts'
import { gridColumns } from '../grid.ts'
import { layoutOf } from '../layout-of.ts'
import { listAt, textAt, valueAt } from '../value-at.ts'

/** A stretch of the page: a heading, unless it is the beginning, and panels on a grid of their own. */
export interface Section {
  readonly heading:
    | { readonly kind: 'row' | 'tab'; readonly title: string; readonly isCollapsed: boolean }
    | undefined
  /** How many headings it stands under. */
  readonly depth: number
  /** Places from the top of the section, moved up as far as they can go; none when it is collapsed. */
  readonly boxes: readonly PlacedPanel[]
  /** How many panels a collapsed row keeps to itself. */
  readonly hidden: number
}

export interface PlacedPanel {
  readonly panel: DashboardPanel
  readonly grid: GridPosition
}

/** Puts the panels of a dashboard where Grafana would, section by section. */
export function sectionsOf(dashboard: Dashboard): readonly Section[] {
  if (dashboard.schema === 'v2') return sectionsOfLayout(dashboard, layoutOf(dashboard), 0, undefined)
  const sections = classicSections(dashboard)
  return sections.filter(({ heading, boxes }) => heading !== undefined || boxes.length > 0)
}

/** Height of a section in rows of the grid. */
export function heightOf({ boxes }: Section): number {
  return Math.max(0, ...boxes.map(({ grid }) => grid.y + grid.h))
}

function classicSections({ panels, rows, json, bodyPath }: Dashboard): readonly Section[] {
  const top = [...bodyPath, 'panels'].join('/')
  const headings = rows
    .filter(({ gridKey }) => gridKey === top)
    .map((row) => ({ ...row, y: row.grid?.y ?? 0 }))
    .sort((one, other) => one.y - other.y)
  const direct = panels.filter(({ gridKey }) => gridKey === top)
  const under = (from: number, to: number) =>
    direct.filter(({ grid }) => (grid?.y ?? 0) >= from && (grid?.y ?? 0) < to)
  const first: Section = {
    heading: undefined,
    depth: 0,
    hidden: 0,
    boxes: placed(under(-1, headings[0]?.y ?? Number.POSITIVE_INFINITY)),
  }
  const rest = headings.map((row, index): Section => {
    const own = panels.filter(({ path }) => isInside(path, row.path))
    const below = under(row.y, headings[index + 1]?.y ?? Number.POSITIVE_INFINITY)
    return {
      heading: { kind: 'row', title: row.title, isCollapsed: row.isCollapsed },
      depth: 0,
      hidden: row.isCollapsed ? own.length : 0,
      boxes: row.isCollapsed ? placed(below) : placed([...own, ...below]),
    }
  })
  return [first, ...rest, ...oldRows(json, bodyPath, panels)]
}

/** Dashboards of before version 5 have rows with spans of twelve columns and no positions. */
function oldRows(
  json: unknown,
  bodyPath: readonly (string | number)[],
  panels: readonly DashboardPanel[],
): readonly Section[] {
  return listAt(json, ...bodyPath, 'rows').map((row, index): Section => {
    const own = panels.filter(({ path }) => isInside(path, [...bodyPath, 'rows', index]))
    const title = textAt(row, 'title')
    const isCollapsed = valueAt(row, 'collapse') === true
    const height = Math.max(
      3,
      Math.round(Number.parseInt(String(valueAt(row, 'height') ?? 250), 10) / 38) || 7,
    )
    const boxes = flow(own, (panel) => ({
      w: 2 * Math.min(12, Math.max(1, Number(valueAt(json, ...panel.path, 'span')) || 12)),
      h: height,
    }))
    const heading = title === undefined ? undefined : { kind: 'row' as const, title, isCollapsed }
    return { heading, depth: 0, hidden: isCollapsed ? own.length : 0, boxes: isCollapsed ? [] : boxes }
  })
}

function sectionsOfLayout(
  dashboard: Dashboard,
  layout: Field,
  depth: number,
  heading: Section['heading'],
): readonly Section[] {
  const spec = field(layout, 'spec')
  const grouped = [
    ...items(field(spec, 'rows')).map((of) => ({ of, kind: 'row' as const })),
    ...items(field(spec, 'tabs')).map((of) => ({ of, kind: 'tab' as const })),
  ]
  const panelOf = (item: Field) =>
    dashboard.panels.find(({ element }) => element === textOf(field(item, 'spec', 'element', 'name')))
  const sections: Section[] = []
  const direct = items(field(spec, 'items'))
  const boxes =
    textOf(field(layout, 'kind')) === 'AutoGridLayout' ||
    textOf(field(layout, 'kind')) === 'ResponsiveGridLayout'
      ? autoGrid(
          spec,
          direct.map(panelOf).filter((panel) => panel !== undefined),
        )
      : gridItems(direct, panelOf)
  const isCollapsed = heading?.isCollapsed === true
  if (heading !== undefined || boxes.length > 0) {
    const hidden = isCollapsed ? boxes.length : 0
    sections.push({ heading, depth, hidden, boxes: isCollapsed ? [] : boxes })
  }
  for (const row of direct.filter((item) => textOf(field(item, 'kind')) === 'GridLayoutRow')) {
    const inner = gridItems(items(field(row, 'spec', 'elements')), panelOf)
    const collapsed = isTrue(field(row, 'spec', 'collapsed'))
    const title = textOf(field(row, 'spec', 'title')) ?? ''
    sections.push({
      heading: { kind: 'row', title, isCollapsed: collapsed },
      depth,
      hidden: collapsed ? inner.length : 0,
      boxes: collapsed ? [] : inner,
    })
  }
  for (const { of, kind } of grouped) {
    const title = textOf(field(of, 'spec', 'title')) ?? ''
    const collapse = isTrue(field(of, 'spec', 'collapse')) || isTrue(field(of, 'spec', 'collapsed'))
    const below = { kind, title, isCollapsed: collapse }
    sections.push(...sectionsOfLayout(dashboard, field(of, 'spec', 'layout'), depth + 1, below))
  }
  return sections
}

function gridItems(
  list: readonly Field[],
  panelOf: (item: Field) => DashboardPanel | undefined,
): readonly PlacedPanel[] {
  const boxes = list.flatMap((item) => {
    const panel = panelOf(item)
    const number = (key: string, otherwise: number) => numberOf(field(item, 'spec', key)) ?? otherwise
    const grid = { x: number('x', 0), y: number('y', 0), w: number('width', 12), h: number('height', 8) }
    return panel === undefined ? [] : [{ panel, grid }]
  })
  return compact(boxes)
}

/** Grafana chooses the columns by width; three is what it takes at most unless the file says more. */
function autoGrid(spec: Field, panels: readonly DashboardPanel[]): readonly PlacedPanel[] {
  const columns = Math.min(12, Math.max(1, numberOf(field(spec, 'maxColumnCount')) ?? 3))
  const mode = textOf(field(spec, 'rowHeightMode')) ?? 'standard'
  const height = numberOf(field(spec, 'rowHeight')) ?? { short: 168, standard: 320, tall: 512 }[mode] ?? 320
  const w = Math.max(2, Math.floor(gridColumns / columns))
  return flow(panels, () => ({ w, h: Math.max(3, Math.round(height / 38)) }))
}

/** Without positions: one beside the other until the line is full. */
function flow(
  panels: readonly DashboardPanel[],
  sizeOf: (panel: DashboardPanel) => { w: number; h: number },
): readonly PlacedPanel[] {
  let [x, y, tallest] = [0, 0, 0]
  return panels.map((panel) => {
    const { w, h } = sizeOf(panel)
    if (x + w > gridColumns) [x, y, tallest] = [0, y + tallest, 0]
    const grid = { x, y, w, h }
    x += w
    tallest = Math.max(tallest, h)
    return { panel, grid }
  })
}

function placed(panels: readonly DashboardPanel[]): readonly PlacedPanel[] {
  return compact(panels.map((panel) => ({ panel, grid: panel.grid ?? { x: 0, y: 0, w: 12, h: 8 } })))
}

/** Moves every panel up until it meets another, as Grafana's grid does; what overlaps comes apart. */
export function compact(boxes: readonly PlacedPanel[]): readonly PlacedPanel[] {
  const heights = new Array<number>(gridColumns).fill(0)
  return boxes
    .map(({ panel, grid }) => {
      const w = Math.min(gridColumns, Math.max(1, Math.round(grid.w)))
      const x = Math.min(gridColumns - w, Math.max(0, Math.round(grid.x)))
      return { panel, grid: { x, w, y: grid.y, h: Math.min(100, Math.max(1, Math.round(grid.h))) } }
    })
    .sort((one, other) => one.grid.y - other.grid.y || one.grid.x - other.grid.x)
    .map(({ panel, grid }) => {
      const y = Math.max(...heights.slice(grid.x, grid.x + grid.w))
      heights.fill(y + grid.h, grid.x, grid.x + grid.w)
      return { panel, grid: { ...grid, y } }
    })
}

function isInside(path: readonly (string | number)[], around: readonly (string | number)[]): boolean {
  return path.length > around.length && around.every((step, index) => path[index] === step)
}
