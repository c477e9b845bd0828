import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-uid'

/** Links lead to a dashboard by its uid, and provisioning overwrites one dashboard with another that has the same. */
export const dashboardUid: Check = {
  name: check,
  description: 'Dashboards without uid, with one that Grafana refuses, or with that of another file.',
  *run({ dashboards }) {
    const owners = new Map<string, string>()
    for (const dashboard of dashboards) {
      const { uid, file } = dashboard
      if (uid === undefined) {
        const reason = 'The dashboard has no uid, so that Grafana gives it another with every import.'
        yield dashboardFinding(dashboard, {
          check,
          level: 'warning',
          reason,
          mend: 'Give it a short, lasting uid.',
        })
        continue
      }
      if (!/^[A-Za-z0-9_-]{1,40}$/.test(uid)) {
        const reason = `Grafana does not accept the uid ${JSON.stringify(uid.slice(0, 80))}.`
        const mend = 'Use letters, digits, - and _, at most 40 of them.'
        yield dashboardFinding(dashboard, { check, level: 'error', reason, mend })
      }
      const owner = owners.get(uid)
      if (owner === undefined) owners.set(uid, file)
      else {
        const reason = `The dashboard ${owner} has the same uid ${uid}; one overwrites the other.`
        yield dashboardFinding(dashboard, {
          check,
          level: 'error',
          reason,
          mend: 'Give one of them another uid.',
        })
      }
    }
  },
}
