import { shownQueries } from '../../dashboards/panel-model.ts'
import type { ParsedQuery } from '../../promql/parse.ts'
import { walk } from '../../promql/walk.ts'
import type { Check } from '../planes.ts'
import { panelFinding } from './dashboard-finding.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-rate-interval'

/** grafana/dashboard-linter calls it target-rate-interval-rule. */
export const dashboardRateInterval: Check = {
  name: check,
  description:
    'Rates over a range that follows neither the time range of the dashboard nor the interval of the scrapes.',
  *run(planes) {
    for (const dashboard of planes.dashboards) {
      for (const panel of dashboard.panels) {
        for (const target of shownQueries(panel)) {
          const range = foreignRange(queryOf(planes, target))
          if (range === undefined) continue
          const reason = `Query ${target.refId ?? ''} takes a rate over ${range}, whatever the dashboard shows.`
          const mend = 'Use [$__rate_interval].'
          yield panelFinding(dashboard, panel, {
            check,
            level: 'info',
            reason,
            mend,
            target,
            subject: 'rate interval',
          })
        }
      }
    }
  },
}

function foreignRange(query: ParsedQuery | undefined): string | undefined {
  let found: string | undefined
  if (query === undefined) return undefined
  walk(query.expression, (each) => {
    if (each.kind !== 'call' || !['rate', 'irate'].includes(each.function.text)) return
    const [selector] = each.arguments
    if (selector?.kind !== 'selector' || selector.range === undefined) return
    const { variables, from, to } = selector.range
    // A variable that the user chooses from is a decision as well.
    if (variables.length === 0) found ??= query.text.slice(from, to)
    if (variables.includes('__interval')) found ??= '$__interval, which may be shorter than two scrapes,'
  })
  return found
}
