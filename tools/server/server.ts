import type { MetricType } from '../scrape/scrape.ts'

/** A Prometheus, or anything that answers its HTTP API. */
export interface Prometheus {
  readonly url: string
  /** Interval of its scrapes, in milliseconds, where it tells. */
  readonly scrapeIntervalMs: number | undefined
  /** @throws {PrometheusError} with what the server said, or why it could not be asked. */
  query(expr: string, at?: Date): Promise<readonly InstantSeries[]>
  queryRange(expr: string, range: TimeRange): Promise<readonly RangeSeries[]>
  /** The series that match, with all labels. */
  series(selector: string, range: Omit<TimeRange, 'stepMs'>): Promise<readonly ReadonlyMap<string, string>[]>
  metadata(): Promise<
    ReadonlyMap<string, { readonly type: MetricType; readonly help: string; readonly unit: string }>
  >
}

export interface TimeRange {
  readonly from: Date
  readonly to: Date
  readonly stepMs: number
}

export interface InstantSeries {
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  /** It is a native histogram, which has no single value: that is NaN then. @default false */
  readonly isNativeHistogram?: boolean
}

export interface RangeSeries {
  readonly labels: ReadonlyMap<string, string>
  /** Time in milliseconds and value. */
  readonly points: readonly (readonly [number, number])[]
  /** It has native histograms, which `points` leave out. @default false */
  readonly isNativeHistogram?: boolean
}
