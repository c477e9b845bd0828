import type { DashboardTarget } from '../../../dashboards/dashboard.ts'

/** How a dashboard, apart from its panels, is otherwise than the catalog says. */
export interface DashboardFault {
  readonly about: string
  readonly reason: string
  readonly line?: number
  readonly isSmall?: boolean
}

/** How a panel is otherwise than the catalog says. */
export interface PanelFault {
  /** `unit`, `query A`, `thresholds`, …: what of it. */
  readonly about: string
  readonly reason: string
  /** The key in the settings of generate by which a user may want it so. */
  readonly setting?: string
  readonly target?: DashboardTarget
  /** It looks otherwise, or has more; what the catalog says is all there. */
  readonly isAddition?: boolean
}
