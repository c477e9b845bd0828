import type { Dashboard, DashboardPanel, DashboardTarget } from './dashboard.ts'
import { listAt, textAt, valueAt } from './value-at.ts'

/** The settings of a panel that both schemas have, as they stand in the file. */
export interface PanelModel {
  readonly defaults: unknown
  readonly overrides: readonly unknown[]
  readonly options: unknown
  readonly mappings: readonly unknown[]
  readonly transformations: readonly unknown[]
  readonly links: readonly unknown[]
  /** Name of the variable that the panel is repeated for. */
  readonly repeat: string | undefined
}

/** Finds the settings of a panel; of a library panel, whose settings are elsewhere, they are empty. */
export function panelModel(dashboard: Dashboard, panel: DashboardPanel): PanelModel {
  const raw = valueAt(dashboard.json, ...panel.path)
  const isV2 = dashboard.schema === 'v2'
  const viz = isV2 ? valueAt(raw, 'spec', 'vizConfig', 'spec') : raw
  const defaults = valueAt(viz, 'fieldConfig', 'defaults')
  return {
    defaults,
    overrides: listAt(viz, 'fieldConfig', 'overrides'),
    options: valueAt(viz, 'options'),
    mappings: listAt(defaults, 'mappings'),
    transformations: isV2
      ? listAt(raw, 'spec', 'data', 'spec', 'transformations')
      : listAt(raw, 'transformations'),
    links: isV2 ? listAt(raw, 'spec', 'links') : listAt(raw, 'links'),
    repeat: isV2 ? undefined : textAt(raw, 'repeat'),
  }
}

/** Targets that the panel shows, those of PromQL. */
export function shownQueries(
  panel: DashboardPanel,
): readonly (DashboardTarget & { readonly expr: string })[] {
  return panel.targets.filter(
    (target): target is DashboardTarget & { readonly expr: string } =>
      target.expr !== undefined && !target.isHidden,
  )
}
