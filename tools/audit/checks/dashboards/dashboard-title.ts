import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-title'

export const dashboardTitle: Check = {
  name: check,
  description: 'Dashboards without a title, or with that of another file.',
  *run({ dashboards }) {
    const owners = new Map<string, string>()
    for (const dashboard of dashboards) {
      const { title, file } = dashboard
      const owner = owners.get(title)
      if (title.trim() === '') {
        const reason = 'The dashboard has no title.'
        yield dashboardFinding(dashboard, {
          check,
          level: 'error',
          reason,
          mend: 'Give it one; Grafana does not save a dashboard without.',
        })
      } else if (owner === undefined) owners.set(title, file)
      else {
        const reason = `The dashboard ${owner} has the same title "${title}".`
        yield dashboardFinding(dashboard, {
          check,
          level: 'warning',
          reason,
          mend: 'Tell them apart by their titles.',
        })
      }
    }
  },
}
