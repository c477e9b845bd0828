import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { credentials, Metadata } from '@grpc/grpc-js'
import {
  CumulativeTemporalitySelector,
  DeltaTemporalitySelector,
  LowMemoryTemporalitySelector,
  OTLPMetricExporterBase,
} from '@opentelemetry/exporter-metrics-otlp-http'
import { CompressionAlgorithm, type ExporterMetrics } from '@opentelemetry/otlp-exporter-base'
import {
  createOtlpHttpExportDelegate,
  createOtlpHttpExporterMetrics,
} from '@opentelemetry/otlp-exporter-base/node-http'
import {
  createOtlpGrpcExportDelegate,
  createOtlpGrpcExporterMetrics,
} from '@opentelemetry/otlp-grpc-exporter-base'
import {
  JsonMetricsSerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer'
import {
  type AggregationOption,
  type AggregationTemporalitySelector,
  AggregationType,
  ConsoleMetricExporter,
  type MeterProvider,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { parseKeyPairs } from './key-pairs.ts'
import type { OtlpGrpcConfig, OtlpHttpConfig, PeriodicConfig, PushDefaults } from './schema-readers.ts'

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

function httpOutlet(config: OtlpHttpConfig, { timeoutMs, onAttempt }: OutletOptions): Outlet {
  const { endpoint, encoding, tls } = config
  const json = encoding === 'json'
  const headers = {
    ...headersOf(config),
    'Content-Type': json ? 'application/json' : 'application/x-protobuf',
  }
  const agent = endpoint.startsWith('https:')
    ? new TlsAgent({
        keepAlive: true,
        ca: pem(tls?.ca_file),
        key: pem(tls?.key_file),
        cert: pem(tls?.cert_file),
      })
    : new Agent({ keepAlive: true })
  const delegate = createOtlpHttpExportDelegate(
    {
      url: endpoint,
      // Asked for at each attempt.
      headers: async () => {
        onAttempt()
        return { ...headers }
      },
      compression: compressionOf(config),
      timeoutMillis: timeoutMs,
      concurrencyLimit,
      agentFactory: () => agent,
    },
    json ? JsonMetricsSerializer : ProtobufMetricsSerializer,
    httpComponent,
    MetricsExporterMetricsHelper,
    undefined,
  )
  const exporter = new ObservedExporter(delegate, otlpOptions)
  return {
    exporter,
    name: 'otlp_http',
    target: withoutCredentials(endpoint),
    observeWith: (provider) =>
      exporter.observeWith(
        createOtlpHttpExporterMetrics(httpComponent, MetricsExporterMetricsHelper, endpoint, provider),
      ),
    destroy: () => agent.destroy(),
  }
}

function grpcOutlet(config: OtlpGrpcConfig, { timeoutMs, onAttempt }: OutletOptions): Outlet {
  const { endpoint, tls } = config
  const plain = endpoint.startsWith('http://') || (!endpoint.includes('://') && tls?.insecure === true)
  const channel = plain
    ? credentials.createInsecure()
    : credentials.createSsl(pem(tls?.ca_file), pem(tls?.key_file), pem(tls?.cert_file))
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headersOf(config))) metadata.set(name, value)
  const delegate = createOtlpGrpcExportDelegate(
    {
      url: endpoint.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, ''),
      metadata: () => metadata,
      credentials: () => channel,
      compression: compressionOf(config),
      timeoutMillis: timeoutMs,
      concurrencyLimit,
    },
    ProtobufMetricsSerializer,
    grpcComponent,
    MetricsExporterMetricsHelper,
    undefined,
    'MetricsExportService',
    '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  )
  const base = new ObservedExporter(delegate, otlpOptions)
  const exporter: PushMetricExporter = {
    export: (metrics, callback) => {
      onAttempt()
      base.export(metrics, callback)
    },
    forceFlush: () => base.forceFlush(),
    shutdown: () => base.shutdown(),
  }
  return {
    exporter,
    name: 'otlp_grpc',
    target: withoutCredentials(endpoint),
    observeWith: (provider) =>
      base.observeWith(
        createOtlpGrpcExporterMetrics(grpcComponent, MetricsExporterMetricsHelper, endpoint, provider),
      ),
    destroy: () => {},
  }
}

class ObservedExporter extends OTLPMetricExporterBase {
  observeWith(metrics: ExporterMetrics<ResourceMetrics>): void {
    this.setMetrics(metrics)
  }
}

/** An export that was given up may still be under way; beyond this many, new ones fail at once. */
const concurrencyLimit = 3

/** Temporality and aggregation are asked of the reader's exporter, which knows them from the configuration. */
const otlpOptions = { temporalityPreference: 1 }

const httpComponent = 'otlp_http_metric_exporter'
const grpcComponent = 'otlp_grpc_metric_exporter'

function compressionOf({ compression }: Pick<OtlpHttpConfig, 'compression'>): CompressionAlgorithm {
  return compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE
}

function headersOf(config: Pick<OtlpHttpConfig, 'headers' | 'headers_list'>): Record<string, string> {
  const headers = config.headers_list === undefined ? {} : parseKeyPairs(config.headers_list)
  for (const { name, value } of config.headers ?? []) if (value !== null) headers[name] = value
  return headers
}

function pem(file: string): Buffer
function pem(file: string | undefined): Buffer | undefined
function pem(file: string | undefined): Buffer | undefined {
  return file === undefined ? undefined : readFileSync(file)
}

function withoutCredentials(endpoint: string): string {
  return endpoint.replace(/^([a-z]+:\/\/)[^/@]+@/, '$1')
}
