import type { ComponentCatalog } from '@tidegauge/otel/catalog'
import type { GenerateSettings } from '../../catalog-file/overrides.ts'
import { grafanaDashboard } from './dashboard.ts'
import { type DashboardPlan, dashboardPlans } from './plan.ts'

/**
 * Writes the dashboards of a catalog: an overview, and one for each component.
 *
 * @returns the text of each file by its path, `dashboards/firehose.json`. The same catalog and settings give the same text.
 */
export function dashboardFiles(
  components: readonly ComponentCatalog[],
  settings: GenerateSettings,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    dashboardPlans(components).map((plan) => [`dashboards/${plan.name}.json`, dashboardText(plan, settings)]),
  )
}

/** The text of the file of a dashboard. */
export function dashboardText(plan: DashboardPlan, settings: GenerateSettings): string {
  return `${JSON.stringify(grafanaDashboard(plan, settings), null, 2)}\n`
}
