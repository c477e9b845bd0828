import type { MetricDefinition, Thresholds } from './metric.ts'
import type { Recording } from './rule.ts'

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

/**
 * Writes a query: `` promql`sum(rate(${firehoseErrors}[5m])) > ${critical(firehoseErrors)}` ``. Suffixes of histograms follow
 * the part: `` ${syncDuration}_bucket ``.
 */
export function promql(strings: TemplateStringsArray, ...parts: readonly QueryPart[]): Query {
  return { strings: [...strings], parts }
}

/** The bound from which on `of` is critical. */
export function critical(
  of: (MetricDefinition | Recording) & { readonly thresholds: Thresholds },
): ThresholdPart {
  return { thresholdOf: of, level: 'critical' }
}

/** The bound from which on `of` deserves attention. */
export function warning(
  of: (MetricDefinition | Recording) & { readonly thresholds: Thresholds },
): ThresholdPart {
  return { thresholdOf: of, level: 'warning' }
}
