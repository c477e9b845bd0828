/**
 * The series that one metric is exposed as. `value` has the name of the metric; the others end in their own word:
 * `x_bucket`, `x_sum`, `x_count` of a histogram or summary, `x_created` of a client that tells when it began.
 */
export type SeriesPart = 'value' | 'bucket' | 'sum' | 'count' | 'created'

/** Parts of a metric by its type, as Prometheus text and OpenMetrics have them. */
export function partsOf(type: string): readonly SeriesPart[] {
  return parts[type] ?? ['value']
}

/** The name of a part of a metric. OpenMetrics calls a counter without `_total`, and so is it to be given for `created`. */
export function seriesName(metric: string, part: SeriesPart): string {
  return part === 'value' ? metric : `${metric}_${part}`
}

/** The names of the series of a metric, without the times at which they were created. */
export function seriesNames(metric: string, type: string): readonly string[] {
  return partsOf(type).flatMap((part) => (part === 'created' ? [] : [seriesName(metric, part)]))
}

/** The names that no other metric may have beside it in one scrape: those of its series, and its own. */
export function namesTaken(metric: string, type: string): readonly string[] {
  return [...new Set([metric, ...seriesNames(metric, type)])]
}

/**
 * Takes the name of a series apart: `x_bucket` is the buckets of `x`, if there is such a histogram; a metric may be called
 * so, too. The name itself is a `value`.
 */
export function splitSeries(series: string): { readonly metric: string; readonly part: SeriesPart } {
  const [, metric, part] = /^(.+)_(bucket|sum|count|created)$/.exec(series) ?? []
  return metric === undefined ? { metric: series, part: 'value' } : { metric, part: part as SeriesPart }
}

/** Whether a series is, by its name, that part of a metric. */
export function isPart(series: string, part: SeriesPart): boolean {
  return splitSeries(series).part === part
}

/** Whether a name says that it counts. */
export function isTotal(name: string): boolean {
  return name.endsWith('_total')
}

/** The name that OpenMetrics gives the family of a counter. */
export function withoutTotal(name: string): string {
  return name.replace(/_total$/, '')
}

/** Metrics that tell about the target or the scope rather than measure something. */
export const infoMetrics = ['target_info', 'otel_scope_info', 'otel_target_info'] as const

const parts: Readonly<Record<string, readonly SeriesPart[]>> = {
  counter: ['value', 'created'],
  histogram: ['bucket', 'sum', 'count', 'created'],
  summary: ['value', 'sum', 'count', 'created'],
}
