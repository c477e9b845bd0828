import { type Box, boxesByGrid, GridLines, gridColumns } from '../../../dashboards/grid.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-grid-gap'

/** Grafana moves panels up into free space, so that what is saved and what is shown differ; holes look like a missing panel. */
export const dashboardGridGap: Check = {
  name: check,
  description:
    'Free space above a panel, between panels side by side, or below one that is lower than its neighbours.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const boxes of boxesByGrid(dashboard)) {
        const gap = firstGap(boxes)
        if (gap === undefined) continue
        yield dashboardFinding(dashboard, {
          check,
          level: 'info',
          reason: `There is free space ${gap.side} "${gap.box.title}".`,
          mend: 'Close the gap by moving or widening the panel.',
          line: gap.box.line,
          subject: gap.box.title,
        })
      }
    }
  },
}

/** Nobody makes a panel narrower, so that less space is not place for one. */
const leastPanel = 4

/** One is reported per grid: the panels that follow are moved by the same gap. */
function firstGap(boxes: readonly Box[]): { readonly box: Box; readonly side: string } | undefined {
  const lines = new GridLines(boxes)
  for (const box of boxes) {
    const { x, y, w, h } = box.grid
    const beside = lines.beside(box)
    // Where panels cover each other that is the fault, and moving them closes the gap.
    if (beside.some((other) => isInColumns(other, box))) continue
    const isHeld = lines.endingAt(y).some((other) => other !== box && isInColumns(other, box))
    if (y > lines.top && !isHeld) return { box, side: 'above' }
    const touchesLeft = beside.some(({ grid }) => grid.x + grid.w === x)
    if (x > 0 && !touchesLeft) return { box, side: 'left of' }
    const right = beside.some((other) => other.grid.x >= x + w)
    const space = gridColumns - x - w
    const below = lines.beginningAt(y + h)
    // Less than a panel, or before panels further down.
    const isNarrow = space > 0 && space < leastPanel
    if (!right && space > 0 && (isNarrow || below.some((other) => other !== box && other.grid.w <= space))) {
      return { box, side: 'right of' }
    }
    const left = beside.find(({ grid }) => grid.x + grid.w === x && grid.y === y)
    if (left !== undefined && left.grid.h !== h) {
      const lower = left.grid.h < h ? left : box
      if (!isFilled(lower, lines.beginningAt(lower.grid.y + lower.grid.h)))
        return { box: lower, side: 'below' }
    }
  }
  return undefined
}

/** Whether another panel stands directly below, as in a column of small ones beside a tall one. */
function isFilled(box: Box, below: readonly Box[]): boolean {
  return below.some((other) => isInColumns(other, box) && other.grid.w < gridColumns)
}

function isInColumns({ grid: a }: Box, { grid: b }: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w
}
