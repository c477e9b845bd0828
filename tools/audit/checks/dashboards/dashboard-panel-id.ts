import type { Dashboard, DashboardPanel } from '../../../dashboards/dashboard.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding, panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-panel-id'

/** Grafana addresses panels by their ids: links, alerts and library panels reach the wrong one when two share an id. */
export const dashboardPanelId: Check = {
  name: check,
  description: 'Panels and rows whose id is missing, zero, not a whole number, or used twice in a dashboard.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      const owners = new Map<number, string>()
      const mend = `Give it the id ${freeId(dashboard)}, which no other panel has.`
      for (const panel of dashboard.panels) {
        const fault = faultOf(panel, owners)
        if (fault !== undefined)
          yield panelFinding(dashboard, panel, { check, level: 'error', reason: fault, mend })
      }
      // Rows carry ids in the classic schema since it has a grid.
      for (const row of dashboard.rows.filter(({ grid }) => grid !== undefined)) {
        const fault = faultOf({ id: row.id, title: row.title || 'a row' }, owners)
        if (fault === undefined) continue
        yield dashboardFinding(dashboard, {
          check,
          level: 'error',
          reason: `The row "${row.title}": ${fault}`,
          mend,
          line: row.line,
          subject: `row ${row.title}`,
        })
      }
    }
  },
}

function faultOf(
  { id, title }: Pick<DashboardPanel, 'id' | 'title'>,
  owners: Map<number, string>,
): string | undefined {
  if (id === undefined) return 'It has no id, or one that is not a number.'
  if (!Number.isInteger(id) || id <= 0) return `Its id is ${id}, and ids are whole numbers from 1 on.`
  const owner = owners.get(id)
  if (owner !== undefined) return `Its id ${id} is that of "${owner}" as well.`
  owners.set(id, title)
  return undefined
}

function freeId({ panels, rows }: Dashboard): number {
  return (
    1 +
    [...panels, ...rows].reduce((most, { id }) => (Number.isInteger(id) ? Math.max(most, id ?? 0) : most), 0)
  )
}
