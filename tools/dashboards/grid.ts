import type { Dashboard, GridPosition } from './dashboard.ts'

/** Width of Grafana's grid. */
export const gridColumns = 24

/** A panel or the heading of a row, as far as the grid is concerned. */
export interface Box {
  readonly title: string
  readonly grid: GridPosition
  readonly line: number
}

/** The panels and headings of each grid; what has no place in one is left out. */
export function boxesByGrid({
  panels,
  rows,
}: Pick<Dashboard, 'panels' | 'rows'>): readonly (readonly Box[])[] {
  const grids = new Map<string, Box[]>()
  for (const { title, grid, gridKey, line } of [...panels, ...rows]) {
    if (grid === undefined) continue
    const boxes = grids.get(gridKey) ?? []
    grids.set(gridKey, boxes)
    boxes.push({ title, grid, line })
  }
  return [...grids.values()]
}
