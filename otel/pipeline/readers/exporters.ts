import {
  CumulativeTemporalitySelector,
  DeltaTemporalitySelector,
  LowMemoryTemporalitySelector,
} from '@opentelemetry/exporter-metrics-otlp-http'
import {
  type AggregationOption,
  type AggregationTemporalitySelector,
  AggregationType,
  ConsoleMetricExporter,
  type MeterProvider,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import type { PeriodicConfig, PushDefaults } from '../../configuration/schema-readers.ts'
import { grpcOutlet } from './otlp-grpc.ts'
import { httpOutlet } from './otlp-http.ts'

/** A way out of the process, not yet watched or timed. */
export interface Outlet {
  readonly exporter: PushMetricExporter
  readonly name: 'otlp_http' | 'otlp_grpc' | 'console'
  /** Where it goes, without credentials, for the log. */
  readonly target: string
  /** Lets the exporter report the SDK's own metrics about it. */
  observeWith(provider: MeterProvider): void
  /** Drops what is under way. */
  destroy(): void
}

export interface OutletOptions {
  /** Bounds one export with all its attempts, in ms. */
  readonly timeoutMs: number
  /** Called as each attempt begins. */
  readonly onAttempt: () => void
}

/**
 * Makes the exporter of a periodic reader. Its settings are all given, so that it does not look into the environment.
 *
 * @throws {Error} when a certificate or key cannot be read.
 */
export function createOutlet({ exporter }: PeriodicConfig, options: OutletOptions): Outlet {
  if (exporter.otlp_http) return httpOutlet(exporter.otlp_http, options)
  if (exporter.otlp_grpc) return grpcOutlet(exporter.otlp_grpc, options)
  const temporalitySelector = selectTemporality(exporter.console as PushDefaults)
  return {
    exporter: new ConsoleMetricExporter({ temporalitySelector }),
    name: 'console',
    target: 'the console',
    observeWith: () => {},
    destroy: () => {},
  }
}

export function selectTemporality({
  temporality_preference: preference,
}: PushDefaults): AggregationTemporalitySelector {
  if (preference === 'delta') return DeltaTemporalitySelector
  return preference === 'low_memory' ? LowMemoryTemporalitySelector : CumulativeTemporalitySelector
}

/** What a reader makes of histograms that no view speaks of. */
export function histogramAggregation(
  preference: PushDefaults['default_histogram_aggregation'],
): AggregationOption {
  return preference === 'base2_exponential_bucket_histogram'
    ? { type: AggregationType.EXPONENTIAL_HISTOGRAM }
    : { type: AggregationType.DEFAULT }
}
