import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import {
  createOtlpHttpExportDelegate,
  createOtlpHttpExporterMetrics,
} from '@opentelemetry/otlp-exporter-base/node-http'
import { MetricsExporterMetricsHelper } from '@opentelemetry/otlp-transformer'
import type { OtlpHttpConfig } from '../../configuration/schema-readers.ts'
import { compressionOf, concurrencyLimit, headersOf, pem, withoutCredentials } from './otlp.ts'
import { jsonSerializer, protobufSerializer } from './otlp-serializers.ts'
import type { Outlet, OutletOptions } from './outlet.ts'

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
    json ? jsonSerializer : protobufSerializer,
    component,
    MetricsExporterMetricsHelper,
    undefined,
  )
  return {
    exporter: delegate,
    name: 'otlp_http',
    target: withoutCredentials(endpoint),
    observeWith: (provider) =>
      delegate.setMetrics(
        createOtlpHttpExporterMetrics(component, MetricsExporterMetricsHelper, endpoint, provider),
      ),
    drop: () => agent.destroy(),
  }
}

const component = 'otlp_http_metric_exporter'
