import type { SeriesPart } from '@tidegauge/otel/naming'
import type { MetricType } from '../scrape/scrape.ts'

/** What is known about metrics, put together from catalog, source, scrapes, Prometheus and recording rules. */
export interface Inventory {
  readonly metrics: ReadonlyMap<string, KnownMetric>
  /** Whether a metric that is not here can be said not to exist: some input was read that knows all of a service's metrics. */
  readonly isComplete: boolean
  /** The metric that a series of this name belongs to: `x_bucket` belongs to the histogram `x`. */
  ofSeries(name: string): { readonly metric: KnownMetric; readonly part: SeriesPart } | undefined
}

export interface KnownMetric {
  /** Name of the family, as in Prometheus text. */
  readonly name: string
  readonly type: MetricType
  readonly unit: string | undefined
  readonly help: string | undefined
  /** Names of labels; the values where all are known, otherwise undefined. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string> | undefined>
  /** Values of labels that were seen, where scrapes were read; there may be others. */
  readonly seen?: ReadonlyMap<string, ReadonlySet<string>>
  /** There may be labels that are not among `labels`: nothing that was read tells them all. @default false */
  readonly mayHaveOtherLabels?: boolean
  /** Where it is known from. */
  readonly from: ReadonlySet<'catalog' | 'source' | 'scrape' | 'prometheus' | 'recording rule'>
}
