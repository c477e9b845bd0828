import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import {
  createOtlpHttpExportDelegate,
  createOtlpHttpExporterMetrics,
} from '@opentelemetry/otlp-exporter-base/node-http'
import {
  JsonMetricsSerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer'
import type { OtlpHttpConfig } from '../../configuration/schema-readers.ts'
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

/** Sends to an OTLP backend over HTTP or HTTPS. */
export function httpOutlet(config: OtlpHttpConfig, { timeoutMs, onAttempt }: OutletOptions): Outlet {
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
    component,
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
        createOtlpHttpExporterMetrics(component, MetricsExporterMetricsHelper, endpoint, provider),
      ),
    destroy: () => agent.destroy(),
  }
}

const component = 'otlp_http_metric_exporter'
