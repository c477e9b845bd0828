import type { Dashboard } from '../../../dashboards/dashboard.ts'
import { shownQueries } from '../../../dashboards/panel-model.ts'
import { variablesIn } from '../../../dashboards/variable-references.ts'
import type { Selector } from '../../../promql/expression.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-target-scope'

/** grafana/dashboard-linter calls it target-job-rule and target-instance-rule. */
export const dashboardTargetScope: Check = {
  name: check,
  description: 'Queries that do not follow the choice of job or instance that the dashboard offers.',
  *run(inputs) {
    for (const dashboard of inputs.dashboards) {
      const names = dashboard.variables
        .map(({ name }) => name)
        .filter((name) => name === 'job' || name === 'instance')
      if (names.length === 0) continue
      const isOffered = exportersOf(inputs, dashboard, names)
      for (const panel of dashboard.panels) {
        for (const target of shownQueries(panel)) {
          const selectors = queryOf(inputs, target)?.selectors ?? []
          for (const name of names) {
            const selector = selectors.find((each) => !follows(each, name) && isOffered(each, name))
            if (selector === undefined) continue
            const metric = selector.name?.text ?? 'a selector'
            yield panelFinding(dashboard, panel, {
              check,
              level: 'warning',
              reason: `Query ${target.refId ?? ''} takes ${metric} whatever is chosen for $${name}.`,
              mend: `Add the matcher ${name}=~"$${name}".`,
              target,
              subject: `${metric} ${name}`,
            })
          }
        }
      }
    }
  },
}

/**
 * Whether the variable is about the exporter of a metric: a dashboard that offers the jobs of one may show
 * metrics of another, which has none of these jobs. Metrics of one exporter begin alike.
 */
function exportersOf(inputs: AuditInputs, dashboard: Dashboard, names: readonly string[]) {
  const prefixes = new Map<string, Set<string>>()
  for (const name of names) {
    const offered = new Set<string>()
    const definition = dashboard.variables.find((each) => each.name === name)?.query ?? ''
    const [, metric = ''] = /(?:label_values|query_result)\(\s*([a-zA-Z_:]\w*)/.exec(definition) ?? []
    if (metric !== '' && metric !== name) offered.add(prefixOf(metric))
    for (const { targets } of dashboard.panels)
      for (const target of targets)
        for (const selector of queryOf(inputs, target)?.selectors ?? [])
          if (selector.name && follows(selector, name)) offered.add(prefixOf(selector.name.text))
    prefixes.set(name, offered)
  }
  return ({ name: metric }: Selector, name: string): boolean => {
    const offered = prefixes.get(name)
    return (
      metric === undefined ||
      offered === undefined ||
      offered.size === 0 ||
      offered.has(prefixOf(metric.text))
    )
  }
}

function prefixOf(metric: string): string {
  return metric.split('_', 1)[0] ?? ''
}

/** What recording rules have added up has other labels than the metrics had. */
function follows({ name, matchers, hasUnknownMatchers }: Selector, variable: string): boolean {
  if (hasUnknownMatchers || name?.text.includes(':')) return true
  return matchers.some(
    ({ label, value }) => label.text === variable && variablesIn(value.text).includes(variable),
  )
}
