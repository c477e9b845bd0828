import type { MeterProvider, PushMetricExporter } from '@opentelemetry/sdk-metrics'

/** A way out of the process, not yet watched or timed. */
export interface Outlet {
  readonly exporter: Pick<PushMetricExporter, 'export' | 'forceFlush' | 'shutdown'>
  readonly name: 'otlp_http' | 'otlp_grpc' | 'console'
  /** Where it goes, without credentials, for the log. */
  readonly target: string
  /** Lets the exporter report the SDK's own metrics about it. */
  observeWith(provider: MeterProvider): void
  /** Drops what is under way, with its connection; what comes after begins on a new one. */
  drop(): void
}

export interface OutletOptions {
  /** Bounds one export with all its attempts, in ms. */
  readonly timeoutMs: number
  /** Called as each attempt begins. */
  readonly onAttempt: () => void
}
