import type { DashboardPanel } from '../dashboards/dashboard.ts'
import { gridColumns } from '../dashboards/grid.ts'
import type { PlacedPanel } from './section.ts'

/** Moves every panel up until it meets another, as Grafana's grid does; what overlaps comes apart. */
export function compact(boxes: readonly PlacedPanel[]): readonly PlacedPanel[] {
  const heights = new Array<number>(gridColumns).fill(0)
  return boxes
    .map(({ grid, ...box }) => {
      const w = Math.min(gridColumns, Math.max(1, Math.round(grid.w)))
      const x = Math.min(gridColumns - w, Math.max(0, Math.round(grid.x)))
      return { ...box, grid: { x, w, y: grid.y, h: Math.min(100, Math.max(1, Math.round(grid.h))) } }
    })
    .sort((one, other) => one.grid.y - other.grid.y || one.grid.x - other.grid.x)
    .map(({ grid, ...box }) => {
      const y = Math.max(...heights.slice(grid.x, grid.x + grid.w))
      heights.fill(y + grid.h, grid.x, grid.x + grid.w)
      return { ...box, grid: { ...grid, y } }
    })
}

/** Without positions: one beside the other until the line is full. */
export function flow(
  panels: readonly Pick<PlacedPanel, 'panel' | 'scope'>[],
  sizeOf: (panel: DashboardPanel) => { readonly w: number; readonly h: number },
): readonly PlacedPanel[] {
  let [x, y, tallest] = [0, 0, 0]
  return panels.map(({ panel, scope }) => {
    const { w, h } = sizeOf(panel)
    if (x + w > gridColumns) [x, y, tallest] = [0, y + tallest, 0]
    const grid = { x, y, w, h }
    x += w
    tallest = Math.max(tallest, h)
    return { panel, scope, grid }
  })
}
