import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-rows-catalog'

export const dashboardRowsCatalog: Check = {
  name: check,
  description: 'Rows that the catalog puts over panels and that the dashboard lacks or names differently.',
  *run({ expected }) {
    for (const { is, shouldBe } of expected?.dashboards ?? []) {
      const titles = new Set(is.rows.map(({ title }) => title))
      for (const { title } of shouldBe.rows) {
        if (titles.has(title)) continue
        yield dashboardFinding(is, {
          check,
          level: 'warning',
          reason: `The row ${JSON.stringify(title)} of the catalog is missing.`,
          mend: `Regenerate the dashboard with \`${expected?.command}\`, or give the row its title back.`,
          subject: `row ${title}`,
        })
      }
    }
  },
}
