import type { MetricDefinition, Thresholds } from './metric.ts'

/** A query that names metrics by their definitions, so that no query can name one that does not exist. */
export interface Query {
  /** The text around `parts`: one string more than there are parts. */
  readonly strings: readonly string[]
  readonly parts: readonly QueryPart[]
}

/** A metric stands for its name in Prometheus, a recording for its name, a threshold for its number as it is configured. */
export type QueryPart = MetricDefinition | Recording | ThresholdPart

/** The bound of a metric or of a recording, whatever the user has set it to. */
export interface ThresholdPart {
  readonly thresholdOf: MetricDefinition | Recording
  readonly level: 'warning' | 'critical'
}

/** A recording rule: a number that several panels and alerts share, such as a ratio of errors. */
export interface Recording {
  /** Name of its series, `level:thing:operation` as Prometheus recommends. */
  readonly record: string
  readonly query: Query
  /** UCUM unit of its value: `1` for a ratio, `{error}/s` for a rate. */
  readonly unit: string
  readonly description: string
  readonly thresholds?: Thresholds
}

/** What has bounds that a query can name. */
export type Bounded = (MetricDefinition | Recording) & { readonly thresholds: Thresholds }
