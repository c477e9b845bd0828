import type { Dashboard, DashboardPanel } from './dashboard.ts'
import { panelModel } from './panel-model.ts'
import { textAt } from './value-at.ts'

/** Whether thresholds are to be seen: graphs draw them, or colour by them, only where they are told to. */
export function showsThresholds(dashboard: Dashboard, panel: DashboardPanel): boolean {
  if (panel.type !== 'timeseries') return true
  const { defaults } = panelModel(dashboard, panel)
  const style = textAt(defaults, 'custom', 'thresholdsStyle', 'mode') ?? 'off'
  return style !== 'off' || textAt(defaults, 'color', 'mode') === 'thresholds'
}
