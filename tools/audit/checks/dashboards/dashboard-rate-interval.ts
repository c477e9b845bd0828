import { shownQueries } from '../../../dashboards/panel-model.ts'
import type { ParsedQuery } from '../../../promql/parse.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { isOversight } from '../oversight.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-rate-interval'

/** grafana/dashboard-linter calls it target-rate-interval-rule. */
export const dashboardRateInterval: Check = {
  name: check,
  description:
    'Rates over a range that follows neither the time range of the dashboard nor the interval of the scrapes.',
  *run(inputs) {
    for (const dashboard of inputs.dashboards) {
      const rates = dashboard.panels.flatMap((panel) =>
        shownQueries(panel).map((target) => ({ panel, target, query: queryOf(inputs, target) })),
      )
      const following = rates.filter(({ query }) => query && /\[\$\{?__rate_interval\}?\]/.test(query.text))
      const foreign = rates.flatMap(({ panel, target, query }) => {
        const range = foreignRange(query)
        return range === undefined ? [] : [{ panel, target, range }]
      })
      const isOdd = isOversight({ lacking: foreign.length, having: following.length })
      for (const { panel, target, range } of foreign) {
        const others = isOdd ? ', while all others follow it' : ''
        const reason = `Query ${target.refId ?? ''} takes a rate over ${range}, whatever the dashboard shows${others}.`
        const mend = 'Use [$__rate_interval].'
        yield panelFinding(dashboard, panel, {
          check,
          level: isOdd ? 'warning' : 'info',
          reason,
          mend,
          target,
          subject: 'rate interval',
        })
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
