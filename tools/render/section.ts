import type { DashboardPanel, GridPosition } from '../dashboards/dashboard.ts'
import type { FilledVariables } from './interpolate.ts'

/** A stretch of the page: a heading, unless it is the beginning, and panels on a grid of their own. */
export interface Section {
  readonly heading: Heading | undefined
  /** How many headings it stands under. */
  readonly depth: number
  /** Places from the top of the section, moved up as far as they can go; none when it is collapsed. */
  readonly boxes: readonly PlacedPanel[]
  /** How many panels a collapsed row keeps to itself. */
  readonly hidden: number
}

export interface Heading {
  readonly kind: 'row' | 'tab'
  readonly title: string
  readonly isCollapsed: boolean
  /** As for a panel: variables of which a repeated row shows one value. */
  readonly scope: FilledVariables
}

export interface PlacedPanel {
  readonly panel: DashboardPanel
  readonly grid: GridPosition
  /** The variables that stand for one value each here, because the panel or its row is repeated. */
  readonly scope: FilledVariables
}
