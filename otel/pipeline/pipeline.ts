import { createNoopMeter, type Meter, type MeterProvider } from '@opentelemetry/api'
import { AggregationType, type MetricReader } from '@opentelemetry/sdk-metrics'
import type { MetricDefinition } from '../catalog/metric.ts'
import { ownMetrics } from '../catalog/own.ts'
import { type Configuration, type PipelineFlags, readConfiguration } from '../configuration/configuration.ts'
import { processEnvironment } from '../configuration/environment.ts'
import type { TidegaugeConfig } from '../configuration/schema-tidegauge.ts'
import type { Setting } from '../configuration/settings.ts'
import { configureMeter, disabledMeter } from '../meter/meter-settings.ts'
import { type OnLog, routeDiagnostics } from './diagnostics.ts'
import { checkNames } from './names.ts'
import { observeProcess } from './process-metrics.ts'
import { PipelineMeterProvider } from './provider.ts'
import { type ConfiguredReader, createReaders } from './readers/readers.ts'
import { createResource } from './resource.ts'
import { SelfMetrics } from './self-metrics.ts'
import { expression } from './views/pattern.ts'
import { catalogView, userView } from './views/views.ts'

export interface PipelineOptions {
  /** Every metric that the service declares. The pipeline's own come by themselves. */
  readonly catalog: readonly MetricDefinition[]
  /** Names the service where the configuration does not. */
  readonly service: { readonly name: string; readonly version: string }
  /** @default the environment of the process */
  readonly environment?: NodeJS.ProcessEnv
  /** Win over variables and file. */
  readonly flags?: PipelineFlags | undefined
  /** Readers beside those that are configured. */
  readonly readers?: readonly MetricReader[]
  /** Takes one line for each event, such as a backend that stops to answer. @default none */
  readonly onLog?: OnLog
}

export interface Pipeline extends AsyncDisposable {
  /** A meter to make instruments from. @default the one named for the service */
  meter(name?: string): Meter
  /** For instrumentations that want a provider. */
  readonly meterProvider: MeterProvider
  /** Where it can be scraped; undefined without a Prometheus reader. */
  readonly endpoint?: { readonly url: string }
  /** Every effective value and where it came from; secrets are masked. */
  readonly config: readonly Setting[]
  /** The section `tidegauge` of the configuration, with its defaults. */
  readonly tidegauge: TidegaugeConfig
  /** Pushes what there is to the backends that are pushed to; resolves when it is done or the time is up. */
  forceFlush(): Promise<void>
  /** Pushes for the last time and stops; takes no longer than `shutdown_timeout` of the configuration. */
  shutdown(): Promise<void>
}

/**
 * Starts to measure, as the configuration says.
 *
 * @throws {UsageError} for a configuration that cannot take effect, and for a port in use.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { service, environment = processEnvironment(), flags, onLog = () => {} } = options
  const catalog = [...new Set([...options.catalog, ...ownMetrics])]
  checkNames(catalog)
  const configuration = readConfiguration({ service, environment, flags })
  for (const notice of configuration.notices) onLog('warn', notice)
  const { config } = configuration
  const extra = options.readers ?? []
  const isOff = config.disabled || (config.meter_provider === undefined && extra.length === 0)
  return isOff
    ? disabledPipeline(configuration)
    : startEnabled(configuration, { catalog, extra, onLog, serviceName: service.name })
}

interface EnabledParts {
  readonly catalog: readonly MetricDefinition[]
  readonly extra: readonly MetricReader[]
  readonly onLog: OnLog
  readonly serviceName: string
}

async function startEnabled(
  configuration: Configuration,
  { catalog, extra, onLog, serviceName }: EnabledParts,
): Promise<Pipeline> {
  const { config, settings } = configuration
  const { tidegauge } = config
  const stopDiagnostics = routeDiagnostics(config.log_level, onLog)
  const self = new SelfMetrics(onLog)
  const readers = createReaders(configuration, self.events)
  const provider = createProvider(configuration, readers, { catalog, extra, onOverflow: self.overflowed })
  const settingsOfMeters = {
    zeroInit: tidegauge.zero_init,
    sampleRate: tidegauge.sample_rate,
    exemplarsInSpansOnly: config.meter_provider?.exemplar_filter !== 'always_on',
  }
  const own = configureMeter(provider.getMeter(ownName), settingsOfMeters)
  const meter = (name = serviceName) =>
    name === ownName ? own : configureMeter(provider.getMeter(name), { ...settingsOfMeters, reportTo: own })
  self.start(own)
  for (const { observeWith } of readers) observeWith(provider)
  const stopProcess = observeProcess(own, provider)

  const stop = async () => {
    await within(tidegauge.shutdown_timeout, provider.shutdown(), onLog)
    stopProcess()
    for (const { destroy } of readers) destroy()
    stopDiagnostics()
  }
  try {
    for (const { start } of readers) await start()
  } catch (error) {
    stopDiagnostics()
    await stop()
    throw error
  }
  let stopped: Promise<void> | undefined
  const shutdown = () => {
    stopped ??= stop()
    return stopped
  }
  const endpoint = readers.find((one) => one.endpoint)?.endpoint
  return {
    meter,
    meterProvider: provider,
    ...(endpoint && { endpoint: { url: endpoint.url } }),
    config: settings,
    tidegauge,
    forceFlush: () => within(tidegauge.shutdown_timeout, provider.forceFlush(), onLog),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  }
}

/** The meter of the pipeline's own metrics. */
const ownName = 'tidegauge'

interface ProviderParts {
  readonly catalog: readonly MetricDefinition[]
  readonly extra: readonly MetricReader[]
  readonly onOverflow: SelfMetrics['overflowed']
}

function createProvider(
  { config }: Configuration,
  readers: readonly ConfiguredReader[],
  { catalog, extra, onOverflow }: ProviderParts,
): PipelineMeterProvider {
  const {
    views = [],
    readers: configs = [],
    'meter_configurator/development': meters,
  } = config.meter_provider ?? {}
  const [first] = readers
  const agree = readers.every(({ histograms }) => histograms.type === first?.histograms.type)
  const limits = configs.map(({ periodic, pull }) => (periodic ?? pull)?.cardinality_limits)[0]
  const matchers = (meters?.meters ?? []).map((one) => ({ name: expression(one.name), ...one.config }))
  return new PipelineMeterProvider({
    resource: createResource(config.resource),
    readers: [...readers.map(({ reader }) => reader), ...extra],
    catalogViews: catalog.map(catalogView),
    userViews: views.map(userView),
    seriesLimit: (type) => limits?.[type.toLowerCase() as keyof typeof limits] ?? limits?.default ?? 2000,
    histograms: agree ? (first?.histograms ?? { type: AggregationType.DEFAULT }) : 'perReader',
    isEnabled: (name) =>
      matchers.find((one) => one.name.test(name))?.enabled ?? meters?.default_config?.enabled ?? true,
    sensitive: config.tidegauge.sensitive,
    onOverflow,
  })
}

/** Every instrument of it does nothing. */
function disabledPipeline({ config, settings }: Configuration): Pipeline {
  const meter = disabledMeter()
  const nothing = async () => {}
  return {
    meter: () => meter,
    meterProvider: { getMeter: () => createNoopMeter() },
    config: settings,
    tidegauge: config.tidegauge,
    forceFlush: nothing,
    shutdown: nothing,
    [Symbol.asyncDispose]: nothing,
  }
}

/** Waits for the end of some work, or gives it up. */
async function within(timeoutMs: number, work: Promise<void>, onLog: OnLog): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLog('warn', `metrics were not exported within ${timeoutMs} ms: given up`)
      resolve()
    }, timeoutMs)
  })
  const failed = (error: Error) => onLog('warn', `metrics could not be exported: ${error.message}`)
  await Promise.race([work.catch(failed), late])
  clearTimeout(timer)
}
