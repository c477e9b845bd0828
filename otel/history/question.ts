import type { Attributes } from './row.ts'

/**
 * - `value`: the last one that was kept, of a histogram its count
 * - `rate`, `increase`: of a counter or a histogram's count, per second or in all, over the window
 * - `average`, `quantile`: of a histogram's observations in the window
 * - `min`, `max`: the smallest and the largest value in the window; of a histogram the smallest and the largest observation
 */
export const queryFunctions = ['value', 'rate', 'increase', 'average', 'quantile', 'min', 'max'] as const
export type QueryFunction = (typeof queryFunctions)[number]

export interface HistoryQuery {
  /** OpenTelemetry name of the metric, as a view has left it. */
  readonly name: string
  /** @default 'value' */
  readonly fn?: QueryFunction
  /** What of a histogram `rate` and `increase` are of. @default 'count' */
  readonly part?: 'count' | 'sum'
  /** From 0 to 1, for `quantile`. @default 0.5 */
  readonly quantile?: number
  /** Only series that have these attributes. */
  readonly where?: Attributes
  /** Series are added up by these attributes; `[]` adds all of them up. @default every series by itself */
  readonly by?: readonly string[]
  /** Ms since 1970. @default `until` less the window */
  readonly since?: number
  /** Ms since 1970. @default now */
  readonly until?: number
  /** One point each so many ms from `since` to `until`. @default one point at `until`, for all of the time since `since` */
  readonly step?: number
  /** What each point looks back on, in ms. @default with a step, at least four rows; else all from `since`, or 5 minutes */
  readonly window?: number
}

export interface HistoryAnswer {
  readonly series: readonly AnswerSeries[]
  /** How far apart the rows are that this comes from, in ms; the largest where there are several. */
  readonly resolutionMs: number
}

export interface AnswerSeries {
  readonly attributes: Attributes
  /** Ascending times in ms since 1970, and the value at each; a time without a value is left out. */
  readonly points: readonly (readonly [atMs: number, value: number])[]
}
