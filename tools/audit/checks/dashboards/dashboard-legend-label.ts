import { shownQueries } from '../../../dashboards/panel-model.ts'
import { resultLabels } from '../../../promql/result-labels.ts'
import type { Check } from '../../check.ts'
import { someOf } from '../../some-of.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { labelKnowledge } from '../queries/label-knowledge.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-legend-label'

export const dashboardLegendLabel: Check = {
  name: check,
  description:
    'Legends that name a label which the series of the query do not have, and that therefore stay empty.',
  *run(inputs) {
    const { mayCarry } = labelKnowledge(inputs)
    for (const dashboard of inputs.dashboards) {
      for (const panel of dashboard.panels) {
        for (const target of shownQueries(panel)) {
          const named = [...(target.legend?.matchAll(/\{\{\s*([\w.]+)\s*\}\}/g) ?? [])].map(
            ([, label]) => label ?? '',
          )
          const query = named.length === 0 ? undefined : queryOf(inputs, target)
          if (query === undefined) continue
          const labels = resultLabels(query.expression, mayCarry)
          const missing = named.find((label) => label !== '__name__' && !labels.mayHave(label))
          if (missing === undefined) continue
          const kept = [...(labels.all ?? [])]
          yield panelFinding(dashboard, panel, {
            check,
            level: 'warning',
            reason: `The legend of query ${target.refId ?? ''} names the label ${missing}, which its series do not have.`,
            mend:
              kept.length === 0
                ? 'Name a label that they have, or write a word.'
                : `Name one of ${someOf(kept)}.`,
            target,
            subject: `legend ${missing}`,
          })
        }
      }
    }
  },
}
