import type { Check } from '../../check.ts'

const check = 'catalog-dashboard-missing'

export const catalogDashboardMissing: Check = {
  name: check,
  description: 'Dashboards of the catalog that are missing, where others of it are there.',
  *run({ expected }) {
    if (expected === undefined || expected.dashboards.length === 0) return
    for (const { uid, title } of expected.absent)
      yield {
        check,
        // Who gives a single dashboard looks at that one alone.
        level: expected.dashboards.length > 1 ? 'warning' : 'info',
        place: { file: expected.file },
        subject: uid,
        reason: `The dashboard "${title}" (${uid}) of the catalog is not among the dashboards.`,
        mend: `Give the audit its file too, or write it with \`${expected.command}\`.`,
      }
  },
}
