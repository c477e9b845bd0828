/** What a chart shows, as data for the page: made here, drawn by the browser. Times are in seconds. */
export interface ChartSpec {
  readonly kind: 'lines'
  readonly from: number
  readonly to: number
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly bands: readonly { readonly upper: number; readonly lower: number; readonly color: string }[]
  readonly axes: readonly ChartAxis[]
  readonly thresholds: readonly ChartThresholds[]
  readonly colors: ChartColors
}

export interface ChartSeries {
  readonly name: string
  readonly color: string
  /** What is drawn: with stacking the sum up to here. Null is a gap, `-` a time at which this series has no step. */
  readonly values: readonly ChartValue[]
  /** What the tooltip tells, where it is not what is drawn. */
  readonly actual?: readonly ChartValue[]
  readonly unit: string | undefined
  readonly decimals: number | undefined
  readonly scale: string
  readonly draw: 'line' | 'bars' | 'points'
  readonly interpolation: 'linear' | 'smooth' | 'stepBefore' | 'stepAfter'
  readonly width: number
  /** Opacity of the area below it, from 0 to 1. */
  readonly fill: number
  readonly gradient: boolean
  readonly dash: readonly number[]
  readonly points: 'auto' | 'always' | 'never'
  readonly pointSize: number
  readonly spanGaps: boolean
  readonly inTooltip: boolean
}

export type ChartValue = number | null | '-'

export interface ChartAxis {
  readonly scale: string
  readonly side: 'left' | 'right' | 'hidden'
  readonly unit: string | undefined
  readonly isBinary: boolean
  readonly decimals: number | undefined
  readonly label: string | undefined
  /** Base of a logarithmic axis. */
  readonly log: 2 | 10 | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  readonly softMin: number | undefined
  readonly softMax: number | undefined
  readonly isCentered: boolean
}

export interface ChartThresholds {
  readonly scale: string
  readonly line: 'none' | 'solid' | 'dashed'
  readonly area: boolean
  /** From below; the first reaches down to minus infinity and is null. */
  readonly steps: readonly { readonly value: number | null; readonly color: string }[]
}

export interface ChartColors {
  readonly text: string
  readonly grid: string
  readonly panel: string
}

/** A heatmap: one row for each bucket, the lowest first. */
export interface HeatmapSpec {
  readonly kind: 'heatmap'
  readonly from: number
  readonly to: number
  readonly times: readonly number[]
  /** In seconds. */
  readonly step: number
  /** Upper bounds as they are written on the axis. */
  readonly rows: readonly string[]
  /** By row and time, an index into `palette`; null is empty. */
  readonly cells: readonly (readonly (number | null)[])[]
  /** What the tooltip tells, by row and time. */
  readonly texts: readonly (readonly (string | null)[])[]
  readonly palette: readonly string[]
  readonly colors: ChartColors
}
