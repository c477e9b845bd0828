import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-refid'

/** Transformations, expressions and overrides find a query by its letter. */
export const dashboardRefId: Check = {
  name: check,
  description: 'Queries of a panel without refId, or two with the same.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        const seen = new Set<string>()
        for (const target of panel.targets) {
          const { refId } = target
          if (refId === undefined) {
            const mend = 'Give it a letter that no other query of the panel has.'
            yield panelFinding(dashboard, panel, {
              check,
              level: 'warning',
              reason: 'A query has no refId.',
              mend,
              target,
            })
          } else if (seen.has(refId)) {
            const reason = `Two queries have the refId ${refId}; Grafana shows the data of one of them only.`
            const mend = 'Give one of them another letter.'
            yield panelFinding(dashboard, panel, {
              check,
              level: 'error',
              reason,
              mend,
              target,
              subject: refId,
            })
          } else seen.add(refId)
        }
      }
    }
  },
}
