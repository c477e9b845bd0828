import { AggregationType, type IMetricReader } from '@opentelemetry/sdk-metrics'
import type { MetricDefinition } from '../catalog/metric.ts'
import { ownMetrics } from '../catalog/own-metrics.ts'
import { type Configuration, readConfiguration } from '../configuration/configuration.ts'
import { processEnvironment } from '../configuration/environment.ts'
import { maskSecrets } from '../mask.ts'
import { configureMeter, disabledMeter } from '../meter/meter-settings.ts'
import { reportLostAbilities } from '../sdk/probe.ts'
import { matchesWildcard } from '../wildcard.ts'
import { type OnLog, routeDiagnostics } from './diagnostics.ts'
import { checkNames } from './names.ts'
import type { Pipeline, PipelineOptions } from './pipeline.ts'
import { observeProcess } from './process-metrics.ts'
import { PipelineMeterProvider } from './provider.ts'
import type { ConfiguredReader } from './readers/configured-reader.ts'
import { openHistory } from './readers/history-reader.ts'
import { createReaders } from './readers/readers.ts'
import { createResource } from './resource.ts'
import { observeRuntime } from './runtime-metrics.ts'
import { SelfMetrics } from './self-metrics.ts'
import { catalogView, userView } from './views/views.ts'

/** Does what `startPipeline` promises. */
export async function start(options: PipelineOptions): Promise<Pipeline> {
  const { service, environment = processEnvironment(), flags } = options
  const onLog: OnLog = (level, line) => options.onLog?.(level, maskSecrets(line))
  const catalog = [...new Set([...options.catalog, ...ownMetrics])]
  checkNames(catalog)
  const configuration = await readConfiguration({ service, environment, flags, history: options.history })
  for (const notice of configuration.notices) onLog('warn', notice)
  const { config } = configuration
  const extra = options.readers ?? []
  const isKept = config.tidegauge.history.enabled
  const isOff = config.disabled || (config.meter_provider === undefined && extra.length === 0 && !isKept)
  if (isOff) return disabledPipeline(configuration)
  const { runtimeMetrics } = options
  return startEnabled(configuration, { catalog, extra, onLog, serviceName: service.name, runtimeMetrics })
}

interface EnabledParts extends Pick<PipelineOptions, 'runtimeMetrics'> {
  readonly catalog: readonly MetricDefinition[]
  readonly extra: readonly IMetricReader[]
  readonly onLog: OnLog
  readonly serviceName: string
}

async function startEnabled(
  configuration: Configuration,
  { catalog, extra, onLog, serviceName, runtimeMetrics }: EnabledParts,
): Promise<Pipeline> {
  const { config, settings } = configuration
  const { tidegauge } = config
  // Ends what has begun when the start fails.
  await using begun = new AsyncDisposableStack()
  const stopDiagnostics = routeDiagnostics(config.log_level, onLog)
  begun.defer(stopDiagnostics)
  const self = new SelfMetrics(onLog)
  const kept = tidegauge.history.enabled ? await openHistory(configuration, onLog) : undefined
  if (kept !== undefined) begun.use(kept.history)
  const more = kept === undefined ? extra : [...extra, kept.reader]
  const readers = await createReaders(configuration, self.events, { besides: more.length })
  begun.defer(() => {
    for (const { destroy } of readers) destroy()
  })
  const provider = createProvider(configuration, readers, {
    catalog,
    extra: more,
    onOverflow: self.overflowed,
  })
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
  begun.defer(observeProcess(own))
  begun.defer(await observeRuntime(provider, runtimeMetrics, onLog))
  begun.defer(() => within(tidegauge.shutdown_timeout, provider.shutdown(), onLog))
  try {
    for (const { start } of readers) await start()
  } catch (error) {
    // The error says it all.
    stopDiagnostics()
    throw error
  }
  await reportLostAbilities()
  const running = begun.move()
  let stopped: Promise<void> | undefined
  const shutdown = () => {
    stopped ??= running.disposeAsync()
    return stopped
  }
  const endpoint = readers.find((one) => one.endpoint)?.endpoint
  return {
    meter,
    meterProvider: provider,
    ...(endpoint && { endpoint: { url: endpoint.url } }),
    ...(kept && { history: kept.history }),
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
  readonly extra: readonly IMetricReader[]
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
  return new PipelineMeterProvider({
    resource: createResource(config.resource),
    readers: [...readers.map(({ reader }) => reader), ...extra],
    catalogViews: catalog.map(catalogView),
    userViews: views.map(userView),
    seriesLimit: (type) => limits?.[type.toLowerCase() as keyof typeof limits] ?? limits?.default ?? 2000,
    histograms: agree ? (first?.histograms ?? { type: AggregationType.DEFAULT }) : 'perReader',
    isEnabled: (name) =>
      meters?.meters?.find((one) => matchesWildcard(one.name, name))?.config?.enabled ??
      meters?.default_config?.enabled ??
      true,
    sensitive: config.tidegauge.sensitive,
    exemplarFilter: config.meter_provider?.exemplar_filter ?? 'trace_based',
    onOverflow,
  })
}

/** Every instrument of it does nothing. */
function disabledPipeline({ config, settings }: Configuration): Pipeline {
  const meter = disabledMeter()
  const nothing = async () => {}
  return {
    meter: () => meter,
    meterProvider: { getMeter: () => meter },
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
