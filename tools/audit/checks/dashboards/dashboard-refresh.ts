import type { Check } from '../../check.ts'
import { dashboardFinding } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'

const check = 'dashboard-refresh'

/** Grafana refuses faster refreshing by default. */
const leastMs = 5_000

export const dashboardRefresh: Check = {
  name: check,
  description: 'Dashboards that never refresh, faster than every 5 seconds, or at what is not a duration.',
  *run({ dashboards }) {
    const having = dashboards.filter(({ refresh }) => refresh !== undefined).length
    const isOdd = isOversight({ lacking: dashboards.length - having, having })
    for (const dashboard of dashboards) {
      const { refresh } = dashboard
      if (refresh === undefined || refresh === 'auto') {
        if (refresh === 'auto') continue
        const reason = `The dashboard does not refresh by itself${isOdd ? ', as the others do' : ''}.`
        yield dashboardFinding(dashboard, {
          check,
          level: isOdd ? 'warning' : 'info',
          reason,
          mend: 'Set refresh, for example to 10s.',
        })
        continue
      }
      const durationMs = toMs(refresh)
      if (durationMs !== undefined && durationMs >= leastMs) continue
      const reason =
        durationMs === undefined
          ? `The refresh ${JSON.stringify(refresh)} is not a duration.`
          : `The dashboard refreshes every ${refresh}, which costs Prometheus more than it shows.`
      yield dashboardFinding(dashboard, { check, level: 'warning', reason, mend: 'Set it to 10s or slower.' })
    }
  },
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function toMs(text: string): number | undefined {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text)
  return match === null ? undefined : Number(match[1]) * (unitsMs[match[2] ?? ''] ?? 0)
}
