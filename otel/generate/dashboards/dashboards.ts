import type { ComponentCatalog } from '../../catalog/catalog.ts'
import type { GenerateSettings } from '../settings.ts'
import { grafanaDashboard } from './dashboard.ts'
import { componentPlan, overviewPlan } from './plan.ts'

/**
 * Writes the dashboards of a catalog: an overview, and one for each component.
 *
 * @returns the text of each file by its path, `dashboards/firehose.json`. The same catalog and settings give the same text.
 */
export function dashboardFiles(
  components: readonly ComponentCatalog[],
  settings: GenerateSettings,
): Readonly<Record<string, string>> {
  const plans = [
    overviewPlan(components),
    ...components.map((component) => componentPlan(component, components)),
  ]
  return Object.fromEntries(
    plans.map((plan) => [
      `dashboards/${plan.name}.json`,
      `${JSON.stringify(grafanaDashboard(plan, settings), null, 2)}\n`,
    ]),
  )
}
