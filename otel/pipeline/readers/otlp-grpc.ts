import {
  createEmptyMetadata,
  createInsecureCredentials,
  createOtlpGrpcExportDelegate,
  createOtlpGrpcExporterMetrics,
  createSslCredentials,
} from '@opentelemetry/otlp-grpc-exporter-base'
import { MetricsExporterMetricsHelper } from '@opentelemetry/otlp-transformer'
import type { OtlpGrpcConfig } from '../../configuration/schema-readers.ts'
import { compressionOf, concurrencyLimit, headersOf, pem, withoutCredentials } from './otlp.ts'
import { protobufSerializer } from './otlp-serializers.ts'
import type { Outlet, OutletOptions } from './outlet.ts'

/** Sends to an OTLP backend over gRPC. */
export function grpcOutlet(config: OtlpGrpcConfig, { timeoutMs, onAttempt }: OutletOptions): Outlet {
  const { endpoint, tls } = config
  const plain = endpoint.startsWith('http://') || (!endpoint.includes('://') && tls?.insecure === true)
  const channel = plain
    ? createInsecureCredentials()
    : createSslCredentials(pem(tls?.ca_file), pem(tls?.key_file), pem(tls?.cert_file))
  const metadata = createEmptyMetadata()
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
    protobufSerializer,
    component,
    MetricsExporterMetricsHelper,
    undefined,
    'MetricsExportService',
    '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  )
  const exporter: Outlet['exporter'] = {
    export: (metrics, callback) => {
      onAttempt()
      delegate.export(metrics, callback)
    },
    forceFlush: () => delegate.forceFlush(),
    shutdown: () => delegate.shutdown(),
  }
  return {
    exporter,
    name: 'otlp_grpc',
    target: withoutCredentials(endpoint),
    observeWith: (provider) =>
      delegate.setMetrics(
        createOtlpGrpcExporterMetrics(component, MetricsExporterMetricsHelper, endpoint, provider),
      ),
    destroy: () => {},
  }
}

const component = 'otlp_grpc_metric_exporter'
