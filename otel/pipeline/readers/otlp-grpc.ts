import { credentials, Metadata } from '@grpc/grpc-js'
import {
  createOtlpGrpcExportDelegate,
  createOtlpGrpcExporterMetrics,
} from '@opentelemetry/otlp-grpc-exporter-base'
import { MetricsExporterMetricsHelper, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { OtlpGrpcConfig } from '../../configuration/schema-readers.ts'
import type { Outlet, OutletOptions } from './exporters.ts'
import {
  compressionOf,
  concurrencyLimit,
  headersOf,
  ObservedExporter,
  otlpOptions,
  pem,
  withoutCredentials,
} from './otlp.ts'

/** Sends to an OTLP backend over gRPC. */
export function grpcOutlet(config: OtlpGrpcConfig, { timeoutMs, onAttempt }: OutletOptions): Outlet {
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
    component,
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
        createOtlpGrpcExporterMetrics(component, MetricsExporterMetricsHelper, endpoint, provider),
      ),
    destroy: () => {},
  }
}

const component = 'otlp_grpc_metric_exporter'
