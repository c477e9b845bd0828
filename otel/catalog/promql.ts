import type { Bounded, Query, QueryPart, ThresholdPart } from './query.ts'

/**
 * Writes a query: `` promql`sum(rate(${firehoseErrors}[5m])) > ${critical(firehoseErrors)}` ``. Suffixes of histograms follow
 * the part: `` ${syncDuration}_bucket ``.
 */
export function promql(strings: TemplateStringsArray, ...parts: readonly QueryPart[]): Query {
  return { strings: [...strings], parts }
}

/** The bound from which on `of` is critical. */
export function critical(of: Bounded): ThresholdPart {
  return { thresholdOf: of, level: 'critical' }
}

/** The bound from which on `of` deserves attention. */
export function warning(of: Bounded): ThresholdPart {
  return { thresholdOf: of, level: 'warning' }
}
