import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-variable-name'

export const dashboardVariableName: Check = {
  name: check,
  description:
    'Variables without a name, with one that queries cannot use, or with that of another variable.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      const seen = new Set<string>()
      for (const { name, line } of dashboard.variables) {
        const isTwice = seen.has(name)
        seen.add(name)
        if (/^\w+$/.test(name) && !/^(__|\d)/.test(name) && !isTwice) continue
        yield dashboardFinding(dashboard, {
          check,
          level: 'error',
          reason: isTwice
            ? `Two variables have the name ${JSON.stringify(name)}.`
            : `${JSON.stringify(name)} is not a name that a query can use.`,
          mend: 'Give it a name of letters, digits and _ that no other variable has.',
          line,
          subject: `$${name}`,
        })
      }
    }
  },
}
