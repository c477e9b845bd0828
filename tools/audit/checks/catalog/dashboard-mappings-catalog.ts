import type { Meaning } from '@tidegauge/otel/catalog'
import { panelModel, shownQueries } from '../../../dashboards/panel-model.ts'
import { shownMetric } from '../../../dashboards/shown-metric.ts'
import { severityColors } from '../../../dashboards/threshold-steps.ts'
import { textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { ParsedQuery } from '../../../promql/parse.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { queryOf } from '../dashboards/dashboard-queries.ts'
import { panelsOfCatalog } from './catalog-panels.ts'

const check = 'dashboard-mappings-catalog'

export const dashboardMappingsCatalog: Check = {
  name: check,
  description:
    'Panels of a state that name its values differently from the catalog, or show the bare number.',
  *run(inputs) {
    const { dashboards, catalog } = inputs
    const states = new Map(
      catalog?.metrics
        .filter(({ meanings = [] }) => meanings.length > 0)
        .map((metric) => [metric.name, metric]),
    )
    if (states.size === 0) return
    const compared = panelsOfCatalog(inputs)
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (compared.has(panel)) continue
        const names = new Set(shownQueries(panel).map((target) => nameIn(queryOf(inputs, target))))
        const [name] = names
        const metric = names.size === 1 && name !== undefined ? states.get(name) : undefined
        const { mappings } = panelModel(dashboard, panel)
        if (metric?.meanings === undefined || (mappings.length === 0 && !naming.has(panel.type))) continue
        const wrong = metric.meanings
          .map((meaning) => faultOf(meaning, mappings))
          .find((fault) => fault !== undefined)
        if (wrong === undefined) continue
        yield panelFinding(dashboard, panel, {
          check,
          level: 'warning',
          reason: `Of ${metric.name} ${wrong}`,
          mend: `Map ${metric.meanings.map(({ value, text }) => `${value} to ${text}`).join(', ')}.`,
          subject: 'mappings',
        })
      }
    }
  },
}

function nameIn(query: ParsedQuery | undefined): string | undefined {
  return query && shownMetric(query.expression)?.name
}

/** In graphs the number is what is drawn; these show one value in words. */
const naming = new Set(['stat', 'state-timeline', 'status-history', 'table', 'bargauge', 'gauge'])

function faultOf({ value, text, severity }: Meaning, mappings: readonly unknown[]): string | undefined {
  const result = mappings.map((mapping) => resultOf(mapping, value)).find((each) => each !== undefined)
  if (result === undefined) return `the value ${value} is not shown as "${text}".`
  const shown = textAt(result, 'text')
  if (shown !== text) return `the value ${value} is shown as "${shown ?? ''}", the catalog says "${text}".`
  const color = textAt(result, 'color')
  return color === undefined || color === severityColors[severity]
    ? undefined
    : `the value ${value} is ${color}, the catalog says ${severityColors[severity]}.`
}

function resultOf(mapping: unknown, value: number): unknown {
  const options = valueAt(mapping, 'options')
  if (textAt(mapping, 'type') === 'range') {
    const [from, to] = [valueAt(options, 'from') ?? -Infinity, valueAt(options, 'to') ?? Infinity]
    return Number(from) <= value && value <= Number(to) ? valueAt(options, 'result') : undefined
  }
  return valueAt(options, String(value))
}
