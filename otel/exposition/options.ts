import type { ServerOptions as TlsServerOptions } from 'node:https'
import type { ExporterConfig } from '@opentelemetry/exporter-prometheus'
import type { AggregationSelector, InstrumentType } from '@opentelemetry/sdk-metrics'
import type { TranslationStrategy } from '../naming/name.ts'
import type { ExemplarFilter } from '../sdk/exemplars.ts'
import type { EndpointAuth } from './access.ts'
import type { Format } from './negotiate.ts'

/** Options of the scrape endpoint: those of `PrometheusExporter`, and ours. */
export interface PrometheusEndpointOptions extends ExporterConfig {
  /** Address to listen on. @default '127.0.0.1' */
  host?: string
  /** TCP port; `0` takes a free one. @default 9464 */
  port?: number
  /** How OpenTelemetry names become Prometheus names. @default 'UnderscoreEscapingWithSuffixes' */
  translationStrategy?: TranslationStrategy
  /** Resource attributes that every series carries as labels, by name or pattern (`*`, `?`). @default none */
  resourceConstantLabels?: ResourceConstantLabels
  /** Aggregation of instruments that no view speaks of. @default the SDK's */
  aggregationSelector?: AggregationSelector
  /** How many series a metric may have that no view speaks of. @default 2000 */
  cardinalitySelector?: (instrumentType: InstrumentType) => number
  /** Which measurements become exemplars; they cost nothing outside of a span. @default 'trace_based' */
  exemplarFilter?: ExemplarFilter
  /** Called once for each answered scrape. Must not throw. */
  onScrape?: (scrape: ScrapeReport) => void
  /** Called for each observable callback that failed or was left behind in a scrape. Must not throw. */
  onCallbackError?: (failure: CallbackFailure) => void
  /** Credentials that every request must show, whatever its path. @default none */
  auth?: EndpointAuth
  /** Serves HTTPS with this key and certificate. @default plain HTTP */
  tls?: Pick<TlsServerOptions, 'key' | 'cert' | 'ca' | 'passphrase' | 'pfx' | 'minVersion' | 'requestCert'>
  limits?: EndpointLimits
}

/** Which resource attributes become labels; `excluded` wins, and alone it means all the others. */
export interface ResourceConstantLabels {
  readonly included?: readonly string[]
  readonly excluded?: readonly string[]
}

/** Bounds on what strangers can make the endpoint hold. */
export interface EndpointLimits {
  /** Open connections; more are closed at once. @default 128 */
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
  /** `partial`: a callback failed or was left behind; `timeout` and `error`: answered with 5xx. */
  readonly outcome: 'success' | 'partial' | 'timeout' | 'error'
  /** From the request to the last byte handed over, in milliseconds. */
  readonly durationMs: number
  /** Series in the answer. */
  readonly series: number
}

/** An observable callback whose metrics are missing from a scrape. */
export interface CallbackFailure {
  /** OpenTelemetry name of the instrument; of the first one for a batch callback. */
  readonly metric: string
  readonly reason: 'error' | 'timeout'
  readonly error: unknown
}
