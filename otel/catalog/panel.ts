import type { Bounded, Query } from './query.ts'

/** A panel that shows several metrics together, or one otherwise than by default. A metric that is on none gets a panel of its own. */
export interface Panel {
  readonly panel: string
  readonly description: string
  readonly kind: 'timeseries' | 'stat' | 'gauge' | 'table' | 'heatmap' | 'bargauge'
  readonly targets: readonly { readonly query: Query; readonly legend: string }[]
  /** UCUM unit of what the queries return. */
  readonly unit: string
  /** Where its thresholds come from: a metric or a recording that has some. */
  readonly thresholdsOf?: Bounded
  /** Shown on the overview as well. @default false */
  readonly overview?: boolean
  /** Heading on the dashboard of its component under which it appears. @default one for its kind */
  readonly row?: string
  /** Draws the series on top of each other, where they are parts of a whole. @default false */
  readonly stacked?: boolean
}
