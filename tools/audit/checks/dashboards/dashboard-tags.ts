import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'

const check = 'dashboard-tags'

export const dashboardTags: Check = {
  name: check,
  description:
    'Dashboards without a tag where the others have one, so that lists and links by tag leave them out.',
  *run({ dashboards }) {
    const tagged = dashboards.filter(({ tags }) => tags.length > 0)
    if (tagged.length * 2 < dashboards.length) return
    const lacking = dashboards.length - tagged.length
    const level = isOversight({ lacking, having: tagged.length }) ? 'warning' : 'info'
    for (const dashboard of dashboards) {
      if (dashboard.tags.length > 0) continue
      const reason = 'The dashboard has no tags, while the others have some.'
      const mend = `Give it tags, such as ${tagged[0]?.tags.join(', ')}.`
      yield dashboardFinding(dashboard, { check, level, reason, mend })
    }
  },
}
