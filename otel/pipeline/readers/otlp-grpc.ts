import { credentials, status } from '@grpc/grpc-js'
import { createOtlpNetworkExportDelegate, ExporterMetrics } from '@opentelemetry/otlp-exporter-base'
import { MetricsExporterMetricsHelper } from '@opentelemetry/otlp-transformer'
import type { MeterProvider, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { OtlpGrpcConfig } from '../../configuration/schema-readers.ts'
import { GrpcTransport } from './grpc-transport.ts'
import { compressionOf, concurrencyLimit, headersOf, pem, withoutCredentials } from './otlp.ts'
import { protobufSerializer } from './otlp-serializers.ts'
import type { Outlet, OutletOptions } from './outlet.ts'

/** Sends to an OTLP backend over gRPC. */
export function grpcOutlet(config: OtlpGrpcConfig, { timeoutMs, onAttempt }: OutletOptions): Outlet {
  const { endpoint, tls, compression } = config
  const plain = endpoint.startsWith('http://') || (!endpoint.includes('://') && tls?.insecure === true)
  const transport = new GrpcTransport({
    target: endpoint.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, ''),
    credentials: plain
      ? credentials.createInsecure()
      : credentials.createSsl(pem(tls?.ca_file), pem(tls?.key_file), pem(tls?.cert_file)),
    headers: headersOf(config),
    compression,
  })
  const delegate = createOtlpNetworkExportDelegate(
    { timeoutMillis: timeoutMs, concurrencyLimit, compression: compressionOf(config) },
    protobufSerializer,
    metricsOf(endpoint),
    transport,
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
    observeWith: (provider) => delegate.setMetrics(metricsOf(endpoint, provider)),
    drop: () => transport.shutdown(),
  }
}

/** What the SDK tells of its exporters, under the names of the semantic conventions. */
function metricsOf(url: string, meterProvider?: MeterProvider): ExporterMetrics<ResourceMetrics> {
  return new ExporterMetrics<ResourceMetrics>({
    componentType: 'otlp_grpc_metric_exporter',
    metricsHelper: MetricsExporterMetricsHelper,
    url,
    meterProvider,
    responseAttributesFromError: (error) => {
      if (error === undefined) return { 'rpc.response.status_code': 'OK' }
      const code = typeof error === 'object' && 'code' in error ? Number(error.code) : Number.NaN
      return Number.isNaN(code) ? {} : { 'rpc.response.status_code': status[code] ?? 'UNKNOWN' }
    },
  })
}
