import type { ServerOptions as TlsServerOptions } from 'node:https'
import type { AggregationSelector, InstrumentType, MetricProducer } from '@opentelemetry/sdk-metrics'
import type { TranslationStrategy } from '../naming/name.ts'
import type { CallbackFailure } from '../sdk/callbacks.ts'
import type { ExemplarFilter } from '../sdk/exemplars.ts'
import type { EndpointAuth } from './access.ts'
import type { Format } from './negotiate.ts'

/** Options of the scrape endpoint: those of `PrometheusExporter`, and ours. */
export interface PrometheusEndpointOptions {
  /** Address to listen on. @default '127.0.0.1' */
  host?: string
  /** TCP port; `0` takes a free one. @default 9464 */
  port?: number
  /** Path of the metrics. @default '/metrics' */
  endpoint?: string
  /** Does not listen until `start()` is called. @default false */
  preventServerStart?: boolean
  /** Begins every name, with an underscore after it. @default '' */
  prefix?: string
  /** Writes after each value when it was taken. @default false */
  appendTimestamp?: boolean
  /** Resource attributes that every series carries as labels, by an expression for their names. @default none */
  withResourceConstantLabels?: RegExp
  /** Leaves the labels `otel_scope_*` off. @default false */
  withoutScopeInfo?: boolean
  /** Leaves `target_info` out. @default false */
  withoutTargetInfo?: boolean
  /** Sources of metrics beside the SDK; their resource is ignored. @default none */
  metricProducers?: MetricProducer[]
  /** How OpenTelemetry names become Prometheus names. @default 'UnderscoreEscapingWithSuffixes' */
  translationStrategy?: TranslationStrategy
  /** Resource attributes that every series carries as labels, by name or pattern (`*`, `?`). @default none */
  resourceConstantLabels?: ResourceConstantLabels
  /** Aggregation of instruments that no view speaks of. @default the SDK's */
  aggregationSelector?: AggregationSelector
  /** How many series a metric may have that no view speaks of. @default 2000 */
  cardinalitySelector?: (instrumentType: InstrumentType) => number
  /**
   * Which measurements become exemplars; they cost nothing outside of a span. Exemplars belong to the provider: where it
   * has several endpoints, the first one decides. @default 'trace_based'
   */
  exemplarFilter?: ExemplarFilter
  /** Called once for each answered scrape. Must not throw. */
  onScrape?: (scrape: ScrapeReport) => void
  /** Called for each observable callback that failed or was abandoned in a scrape. Must not throw. */
  onCallbackError?: (failure: CallbackFailure) => void
  /** Credentials that every request must show, whatever its path. @default none */
  auth?: EndpointAuth
  /** Serves HTTPS with this key and certificate. @default plain HTTP */
  tls?: Pick<TlsServerOptions, 'key' | 'cert' | 'ca' | 'passphrase' | 'pfx' | 'minVersion' | 'requestCert'>
  limits?: EndpointLimits
}

/** The defaults of the options that `PrometheusExporter` has too. */
export const endpointDefaults = {
  host: '127.0.0.1',
  port: 9464,
  endpoint: '/metrics',
  prefix: '',
  appendTimestamp: false,
  withResourceConstantLabels: undefined,
  withoutScopeInfo: false,
  withoutTargetInfo: false,
} as const

/** Which resource attributes become labels; `excluded` wins, and alone it means all the others. */
export interface ResourceConstantLabels {
  readonly included?: readonly string[]
  readonly excluded?: readonly string[]
}

/** Bounds on what strangers can make the endpoint hold. */
export interface EndpointLimits {
  /** Open connections; beyond, those that have stood still longest are closed for new ones. @default 512 */
  readonly connections?: number
  /** Size of the request headers in bytes; larger ones get 431. @default 8192 */
  readonly headerBytes?: number
  /** Milliseconds a scrape may take when the scraper names no timeout. @default 10_000 */
  readonly scrapeTimeoutMs?: number
  /** Milliseconds a connection may stand still before it is closed. @default 30_000 */
  readonly idleMs?: number
}

/** How one request for the metrics ended. */
export interface ScrapeReport {
  readonly format: Format
  /** `partial`: a callback failed or was abandoned; `timeout` and `error`: answered with 5xx. */
  readonly outcome: 'success' | 'partial' | 'timeout' | 'error'
  /** From the request to the last byte handed over, in milliseconds. */
  readonly durationMs: number
  /** Series in the answer. */
  readonly series: number
}
