import { splitSeries } from '@tidegauge/otel/naming'
import type { DashboardPanel } from '../../../dashboards/dashboard.ts'
import { shownQueries } from '../../../dashboards/panel-model.ts'
import { shownMetric } from '../../../dashboards/shown-metric.ts'
import { thresholdSteps } from '../../../dashboards/threshold-steps.ts'
import type { DeclaredMetric } from '../../../metrics/declared-metric.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { queryOf } from '../dashboards/dashboard-queries.ts'
import { panelsOfCatalog } from './catalog-panels.ts'

const check = 'dashboard-thresholds-catalog'

export const dashboardThresholdsCatalog: Check = {
  name: check,
  description: 'Panels that colour a metric by other bounds than the catalog gives it.',
  *run(inputs) {
    const { dashboards, catalog } = inputs
    const bounded = new Map(
      catalog?.metrics.filter(({ thresholds }) => thresholds).map((metric) => [metric.name, metric]),
    )
    if (bounded.size === 0) return
    const compared = panelsOfCatalog(inputs)
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (compared.has(panel)) continue
        const metric = boundedMetric(inputs, panel, bounded)
        if (metric?.thresholds === undefined) continue
        const expected = textOf(thresholdSteps(metric.thresholds))
        if (textOf(panel.thresholds) === expected) continue
        const isBare = panel.thresholds.length < 2
        yield panelFinding(dashboard, panel, {
          check,
          level: isBare ? 'info' : 'warning',
          reason: isBare
            ? `The catalog bounds ${metric.name}, but the panel does not colour it.`
            : `It colours ${metric.name} by ${textOf(panel.thresholds)}, the catalog by ${expected}.`,
          mend: `Set the thresholds to ${expected}.`,
          subject: 'thresholds',
        })
      }
    }
  },
}

/** The one metric with bounds that a panel shows; bounds of a counter are for how much it grew. */
function boundedMetric(
  inputs: AuditInputs,
  panel: DashboardPanel,
  bounded: ReadonlyMap<string, DeclaredMetric>,
): DeclaredMetric | undefined {
  const shown = shownQueries(panel).map((target) => {
    const query = queryOf(inputs, target)
    const found = query && shownMetric(query.expression)
    const metric =
      found && bounded.get(found.how === 'quantile' ? splitSeries(found.name).metric : found.name)
    return metric?.type === 'counter' && found?.how !== 'increase' ? undefined : metric
  })
  const [metric, ...others] = new Set(shown.filter((each) => each !== undefined))
  // Beside other metrics its bounds may be left out, but others in their place would mislead.
  const isAlone = shown.every((each) => each !== undefined)
  return others.length === 0 && (isAlone || panel.thresholds.length > 1) ? metric : undefined
}

function textOf(steps: readonly { readonly value: number | null; readonly color: string }[]): string {
  return steps.map(({ value, color }) => (value === null ? color : `${color} from ${value}`)).join(', ')
}
