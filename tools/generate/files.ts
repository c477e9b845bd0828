import type { ComponentCatalog } from '@tidegauge/otel/catalog'
import { defaultSettings, type GenerateSettings } from '../catalog-file/overrides.ts'
import { dashboardFiles } from './dashboards/dashboards.ts'
import { provisioningFiles } from './provisioning.ts'
import { metricsReference } from './reference.ts'
import { ruleFiles } from './rules/rules.ts'
import { runbooksPage } from './runbooks.ts'

export interface GenerateOptions {
  readonly components: readonly ComponentCatalog[]
  /** @default those of the catalog */
  readonly settings?: GenerateSettings
  /** Whether the files that wire Prometheus, Grafana and Tidegauge together are written as well. @default false */
  readonly provisioning?: boolean
}

/**
 * Makes everything that follows from a catalog: dashboards, rules with their tests, reference and runbooks.
 *
 * @returns the text of each file by its path. The same catalog and settings give the same text.
 */
export function generatedFiles({
  components,
  settings = defaultSettings,
  provisioning = false,
}: GenerateOptions): ReadonlyMap<string, string> {
  const rules = Object.entries(ruleFiles(components, settings))
  return new Map([
    ...Object.entries(dashboardFiles(components, settings)),
    ...rules.map(([name, text]) => [`dashboards/alerts/${name}`, text] as const),
    ['docs/metrics.md', metricsReference(components, settings)],
    ['docs/runbooks.md', runbooksPage(components, settings)],
    ...(provisioning ? Object.entries(provisioningFiles()) : []),
  ])
}
