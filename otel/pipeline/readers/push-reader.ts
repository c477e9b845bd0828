import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import type { CardinalityLimits, PeriodicConfig, PushDefaults } from '../../configuration/schema-readers.ts'
import type { ConfiguredReader, ReaderEvents } from './configured-reader.ts'
import { createOutlet } from './create-outlet.ts'
import { histogramAggregation, selectTemporality } from './preferences.ts'
import { WatchedExporter } from './watched-exporter.ts'

/**
 * Makes a reader that exports at intervals.
 *
 * @throws {MissingPackageError} when the package for its protocol is not installed.
 * @throws {Error} when a certificate or key cannot be used.
 */
export async function pushReader(
  periodic: PeriodicConfig,
  { onExport, onCollect, onLog }: ReaderEvents,
): Promise<ConfiguredReader> {
  const { exporter, interval, timeout } = periodic
  const { default_histogram_aggregation, ...push } = (exporter.otlp_http ??
    exporter.otlp_grpc ??
    exporter.console) as PushDefaults & { readonly timeout?: number }
  const histograms = histogramAggregation(default_histogram_aggregation)
  const timeoutMs = push.timeout ? Math.min(push.timeout, timeout) : timeout
  let attempts = 0
  const outlet = await createOutlet(periodic, {
    timeoutMs,
    onAttempt: () => {
      attempts++
      if (attempts > 1) onExport(outlet.name, 'retry')
    },
  })
  const watched = new WatchedExporter({
    exporter: outlet.exporter,
    target: outlet.target,
    timeoutMs,
    onTimeout: () => outlet.drop(),
    selectTemporality: selectTemporality(push),
    histograms,
    onExport: (outcome, metrics) => {
      attempts = 0
      onExport(outlet.name, outcome)
      onCollect(metrics)
    },
    onLog,
  })
  const limits = periodic.cardinality_limits
  const batch = periodic['max_export_batch_size/development']
  const reader = new PeriodicExportingMetricReader({
    exporter: watched,
    exportIntervalMillis: interval,
    exportTimeoutMillis: timeout,
    ...(limits && { cardinalityLimits: sdkLimits(limits) }),
    ...(batch !== undefined && { maxExportBatchSize: batch }),
  })
  return {
    reader,
    histograms,
    start: async () => {},
    observeWith: (provider) => outlet.observeWith(provider),
    destroy: () => outlet.drop(),
  }
}

function sdkLimits(limits: NonNullable<CardinalityLimits>): Record<string, number> {
  const named = Object.entries(limits).filter((entry): entry is [string, number] => entry[1] !== undefined)
  return Object.fromEntries(
    named.map(([key, value]) => [key.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  )
}
