/** From what on the cardinality of a metric is worth a finding. */
export interface Limits {
  /** Series of one metric in one scrape. @default 1000 */
  readonly seriesWarning: number
  /** @default 10_000 */
  readonly seriesError: number
  /** New values of one label between the first scrape and the last. @default 10 */
  readonly labelGrowth: number
  /** Values of one label in one scrape. @default 200 */
  readonly labelValues: number
}

export const defaultLimits: Limits = {
  seriesWarning: 1000,
  seriesError: 10_000,
  labelGrowth: 10,
  labelValues: 200,
}
