import type { Meter, MeterProvider } from '@opentelemetry/api'
import type { IMetricReader } from '@opentelemetry/sdk-metrics'
import type { MetricDefinition } from '../catalog/metric.ts'
import type { HistoryDefaults } from '../configuration/configuration.ts'
import type { PipelineFlags } from '../configuration/pipeline-flags.ts'
import type { TidegaugeConfig } from '../configuration/schema-tidegauge.ts'
import type { Setting } from '../configuration/settings.ts'
import type { History } from '../history/history.ts'
import type { OnLog } from './diagnostics.ts'

export interface PipelineOptions {
  /** Every metric that the service declares. The pipeline's own come by themselves. */
  readonly catalog: readonly MetricDefinition[]
  /** Names the service where the configuration does not. */
  readonly service: { readonly name: string; readonly version: string }
  /** @default the environment of the process */
  readonly environment?: NodeJS.ProcessEnv
  /** Win over variables and file. */
  readonly flags?: PipelineFlags | undefined
  /** Of `tidegauge.history`, where the configuration does not say. @default not enabled */
  readonly history?: HistoryDefaults
  /** Readers beside those that are configured. */
  readonly readers?: readonly IMetricReader[]
  /**
   * Records event loop, garbage collection and heap by `@opentelemetry/instrumentation-runtime-node`: `true` needs the
   * package, `false` leaves them out. @default where the package is installed
   */
  readonly runtimeMetrics?: boolean
  /** Takes one line for each event, such as a backend that stops answering. @default none */
  readonly onLog?: OnLog
}

export interface Pipeline extends AsyncDisposable {
  /** A meter to make instruments from. @default the one named for the service */
  meter(name?: string): Meter
  /** For instrumentations that want a provider. */
  readonly meterProvider: MeterProvider
  /** Where it can be scraped; undefined without a Prometheus reader. */
  readonly endpoint?: { readonly url: string }
  /** What was; undefined where `tidegauge.history.enabled` is false. */
  readonly history?: History
  /** Every effective value and where it came from; secrets are masked. */
  readonly config: readonly Setting[]
  /** The section `tidegauge` of the configuration, with its defaults. */
  readonly tidegauge: TidegaugeConfig
  /** Pushes what there is to the backends that are pushed to; resolves when it is done or the time is up. */
  forceFlush(): Promise<void>
  /** Pushes for the last time and stops; takes no longer than `shutdown_timeout` of the configuration. */
  shutdown(): Promise<void>
}
