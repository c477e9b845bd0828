import { type Box, boxesByGrid, gridColumns } from '../../../dashboards/grid.ts'
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
  const top = Math.min(...boxes.map(({ grid }) => grid.y))
  for (const box of boxes) {
    const { x, y, w, h } = box.grid
    const others = boxes.filter((other) => other !== box)
    // Where panels cover each other that is the fault, and moving them closes the gap.
    if (others.some((other) => covers(other, box))) continue
    const isHeld = others.some(({ grid }) => grid.y + grid.h === y && grid.x < x + w && x < grid.x + grid.w)
    if (y > top && !isHeld) return { box, side: 'above' }
    const beside = others.filter(({ grid }) => grid.y < y + h && y < grid.y + grid.h)
    const touchesLeft = beside.some(({ grid }) => grid.x + grid.w === x)
    if (x > 0 && !touchesLeft) return { box, side: 'left of' }
    const right = beside.some((other) => other.grid.x >= x + w)
    const space = gridColumns - x - w
    // Less than a panel, or before panels further down.
    const isNarrow = space > 0 && space < leastPanel
    if (!right && space > 0 && (isNarrow || others.some(({ grid }) => grid.y === y + h && grid.w <= space))) {
      return { box, side: 'right of' }
    }
    const left = beside.find(({ grid }) => grid.x + grid.w === x && grid.y === y)
    if (left !== undefined && left.grid.h !== h && !isFilled(left.grid.h < h ? left : box, boxes)) {
      return { box: left.grid.h < h ? left : box, side: 'below' }
    }
  }
  return undefined
}

function covers({ grid: a }: Box, { grid: b }: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

/** Whether another panel stands directly below, as in a column of small ones beside a tall one. */
function isFilled({ grid: { x, y, w, h } }: Box, boxes: readonly Box[]): boolean {
  return boxes.some(({ grid }) => grid.y === y + h && grid.x < x + w && x < grid.x + grid.w && grid.w < 24)
}
