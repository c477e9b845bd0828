export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown'

/** One endpoint and what it answered, once or several times. */
export interface Target {
  readonly url: string
  readonly scrapes: readonly Scrape[]
}

export interface Scrape {
  /** When, in milliseconds; undefined for a file. */
  readonly atMs: number | undefined
  /** By name as after `# TYPE`, in the order of the text. In OpenMetrics a counter's name is kept with `_total`. */
  readonly families: ReadonlyMap<string, Family>
  /** The first sample that brings a time of its own. */
  readonly timestamped?: { readonly name: string; readonly line: number }
  /** Lines that its format does not allow. */
  readonly problems: readonly ScrapeProblem[]
  /** Why nothing of it was kept, when it has more than can be looked at. */
  readonly tooLarge?: string
}

export interface ScrapeProblem {
  readonly line: number
  readonly reason: string
}

export interface Family {
  readonly name: string
  readonly type: MetricType
  readonly help: string | undefined
  readonly unit: string | undefined
  readonly line: number
  readonly samples: readonly Sample[]
}

export interface Sample {
  /** With the suffix `_bucket`, `_sum`, `_count` or `_total` as it stands in the text. */
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  readonly line: number
}
