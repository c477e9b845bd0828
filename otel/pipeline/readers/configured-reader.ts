import type {
  AggregationOption,
  IMetricReader,
  MeterProvider,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { PrometheusEndpoint, PrometheusEndpointOptions } from '../../exposition/endpoint.ts'
import type { Outlet } from './outlet.ts'

/** What the readers report while they work. */
export interface ReaderEvents {
  readonly onExport: (exporter: Outlet['name'], outcome: 'success' | 'retry' | 'failure') => void
  readonly onCollect: (metrics: ResourceMetrics) => void
  readonly onLog: (level: 'info' | 'warn', message: string) => void
  readonly scrape: Pick<PrometheusEndpointOptions, 'onScrape' | 'onCallbackError'>
}

/** A reader as it is configured, with what its life needs. */
export interface ConfiguredReader {
  readonly reader: IMetricReader
  /** Set for a reader that is scraped. */
  readonly endpoint?: PrometheusEndpoint
  /** What it makes of histograms that no view speaks of. */
  readonly histograms: AggregationOption
  start(): Promise<void>
  observeWith(provider: MeterProvider): void
  /** Frees what a shutdown that took too long has left. */
  destroy(): void
}
