import { boxesByGrid, gridColumns } from '../../../dashboards/grid.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding, panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-grid'

/** Positions that Grafana cannot draw as they are. */
export const dashboardGrid: Check = {
  name: check,
  description:
    'Panels that stand outside of the 24 columns, have no size, or no position where the others have one.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const boxes of boxesByGrid(dashboard)) {
        for (const { title, grid, line } of boxes) {
          const reason = faultOf(grid)
          if (reason === undefined) continue
          const mend = `Give it whole numbers with x + width ≤ ${gridColumns} and a width and height of at least 1.`
          yield dashboardFinding(dashboard, { check, level: 'warning', reason, mend, line, subject: title })
        }
      }
      for (const { title, grid, line } of dashboard.rows) {
        if (grid === undefined || (grid.x === 0 && grid.w === gridColumns && grid.h === 1)) continue
        yield dashboardFinding(dashboard, {
          check,
          level: 'warning',
          reason: `The row "${title}" stands at x ${grid.x} with width ${grid.w} and height ${grid.h}.`,
          mend: `A row begins at x 0, is ${gridColumns} wide and 1 high.`,
          line,
          subject: `row ${title}`,
        })
      }
      const gridKeys = new Set(
        dashboard.panels.filter(({ grid }) => grid !== undefined).map(({ gridKey }) => gridKey),
      )
      for (const panel of dashboard.panels) {
        if (panel.grid !== undefined || !gridKeys.has(panel.gridKey)) continue
        yield panelFinding(dashboard, panel, {
          check,
          level: 'warning',
          reason: 'It has no complete position, while its neighbours have one.',
          mend: 'Give it x, y, width and height.',
        })
      }
    }
  },
}

function faultOf({
  x,
  y,
  w,
  h,
}: {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}) {
  const place = `x ${x}, y ${y}, width ${w}, height ${h}`
  if (![x, y, w, h].every(Number.isInteger)) return `Its place is not a whole number: ${place}.`
  if (w < 1 || h < 1) return `It has no size: ${place}.`
  if (x < 0 || y < 0 || x + w > gridColumns)
    return `It stands outside of the ${gridColumns} columns: ${place}.`
  return undefined
}
