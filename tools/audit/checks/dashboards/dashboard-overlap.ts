import type { GridPosition } from '../../../dashboards/dashboard.ts'
import { type Box, boxesByGrid } from '../../../dashboards/grid.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-overlap'

/** Grafana pushes one of two such panels away when it loads the dashboard, so that it looks other than it was saved. */
export const dashboardOverlap: Check = {
  name: check,
  description: 'Panels that cover each other in the same grid.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const boxes of boxesByGrid(dashboard)) {
        const sorted = boxes.toSorted((a, b) => a.grid.y - b.grid.y)
        const mend = `Move it to where nothing stands, for example to y ${bottomOf(boxes)}.`
        for (const [index, box] of sorted.entries()) {
          let told = 0
          for (let next = index + 1; next < sorted.length && told < mostTold; next += 1) {
            const other = sorted[next] as Box
            if (other.grid.y >= box.grid.y + box.grid.h) break
            if (!overlaps(box.grid, other.grid)) continue
            told += 1
            yield dashboardFinding(dashboard, {
              check,
              level: 'error',
              reason: `"${other.title}" covers part of "${box.title}".`,
              mend,
              line: other.line,
              subject: `${box.title} and ${other.title}`,
            })
          }
        }
      }
    }
  },
}

/** Panels on one panel; where hundreds lie on a heap, each pair of them would be a finding. */
const mostTold = 10

function overlaps(a: GridPosition, b: GridPosition): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

function bottomOf(boxes: readonly { readonly grid: GridPosition }[]): number {
  return boxes.reduce((bottom, { grid }) => Math.max(bottom, grid.y + grid.h), 0)
}
