import type {
  AggregationOption,
  MeterProvider,
  MetricReader,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { ConfigPath } from '../../configuration/config-source.ts'
import type { Configuration } from '../../configuration/configuration.ts'
import type { PeriodicConfig } from '../../configuration/schema-readers.ts'
import type { PrometheusEndpoint, PrometheusEndpointOptions } from '../../exposition/endpoint.ts'
import type { Outlet } from './exporters.ts'
import { pullReader } from './pull-reader.ts'
import { pushReader } from './push-reader.ts'

/** What the readers report while they work. */
export interface ReaderEvents {
  readonly onExport: (exporter: Outlet['name'], outcome: 'success' | 'retry' | 'failure') => void
  readonly onCollect: (metrics: ResourceMetrics) => void
  readonly onLog: (level: 'info' | 'warn', message: string) => void
  readonly scrape: Pick<PrometheusEndpointOptions, 'onScrape' | 'onCallbackError'>
}

/** A reader as it is configured, with what its life needs. */
export interface ConfiguredReader {
  readonly reader: MetricReader
  /** Set for a reader that is scraped. */
  readonly endpoint?: PrometheusEndpoint
  /** What it makes of histograms that no view speaks of. */
  readonly histograms: AggregationOption
  start(): Promise<void>
  observeWith(provider: MeterProvider): void
  /** Frees what a shutdown that took too long has left. */
  destroy(): void
}

/**
 * Makes the readers of a configuration; none has started.
 *
 * @throws {UsageError} when a file that one needs cannot be read.
 */
export function createReaders(configuration: Configuration, events: ReaderEvents): ConfiguredReader[] {
  const { config, error } = configuration
  const readers = config.meter_provider?.readers ?? []
  return readers.map(({ periodic, pull }, i) => {
    const path: ConfigPath = ['meter_provider', 'readers', i]
    if (pull) return pullReader(pull, { path, configuration, events, isAlone: readers.length === 1 })
    try {
      return pushReader(periodic as PeriodicConfig, events)
    } catch (cause) {
      const { message } = cause as Error
      throw error(
        [...path, 'periodic', 'exporter'],
        message,
        'correct the path, or make the file readable',
        cause,
      )
    }
  })
}
