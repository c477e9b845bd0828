import { AggregationType, type CollectionResult } from '@opentelemetry/sdk-metrics'
import type { Configuration } from '../../configuration/configuration.ts'
import type { Config } from '../../configuration/schema.ts'
import type { PrometheusConfig, PullConfig } from '../../configuration/schema-readers.ts'
import { PrometheusEndpoint, type PrometheusEndpointOptions } from '../../exposition/endpoint.ts'
import type { SettingPath } from '../../files/setting-error.ts'
import type { TranslationStrategy } from '../../naming/name.ts'
import type { ConfiguredReader, ReaderEvents } from './configured-reader.ts'

interface PullContext {
  readonly path: SettingPath
  readonly configuration: Configuration
  readonly events: ReaderEvents
  readonly isAlone: boolean
}

/** Makes a reader that Prometheus scrapes. */
export function pullReader(
  pull: PullConfig,
  { path, configuration, events, isAlone }: PullContext,
): ConfiguredReader {
  const prometheus = pull.exporter['prometheus/development'] as PrometheusConfig
  const endpoint = new KeptEndpoint(endpointOptions(prometheus, configuration.config, events), {
    onCollect: events.onCollect,
    isAlone,
  })
  const exporter = [...path, 'pull', 'exporter', 'prometheus/development']
  return {
    reader: endpoint,
    endpoint,
    histograms: { type: AggregationType.DEFAULT },
    start: async () => {
      try {
        await endpoint.start()
      } catch (cause) {
        const { key, problem, mend } = listenProblem(cause as Error, prometheus)
        throw configuration.error([...exporter, key], problem, mend, cause)
      }
    },
    observeWith: () => {},
    destroy: () => {},
  }
}

function endpointOptions(
  config: PrometheusConfig,
  { tidegauge: { scrape_auth: auth }, meter_provider: provider }: Config,
  { scrape }: ReaderEvents,
): PrometheusEndpointOptions {
  const labels = config.resource_constant_labels
  return {
    host: config.host,
    port: config.port,
    preventServerStart: true,
    translationStrategy: strategies[config.translation_strategy],
    withoutScopeInfo: !config.scope_info_enabled,
    withoutTargetInfo: !config['target_info_enabled/development'],
    ...(labels && { resourceConstantLabels: labels as { included?: string[]; excluded?: string[] } }),
    exemplarFilter: provider?.exemplar_filter ?? 'trace_based',
    ...(auth && { auth: 'bearer_token' in auth ? { bearerToken: auth.bearer_token } : { basic: auth } }),
    ...scrape,
  }
}

function listenProblem(failure: Error, { host, port }: PrometheusConfig) {
  const code = (failure.cause as NodeJS.ErrnoException | undefined)?.code
  switch (code) {
    case 'EADDRINUSE':
      return {
        key: 'port',
        problem: `port ${port} on ${host} is in use`,
        mend: 'name another one, or 0 for a free one',
      }
    case 'EACCES':
      return { key: 'port', problem: `port ${port} is not allowed to this user`, mend: 'name one above 1023' }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        key: 'host',
        problem: `${host} is not an address of this machine`,
        mend: 'use 127.0.0.1, 0.0.0.0 or ::',
      }
    default:
      return { key: 'host', problem: failure.message, mend: 'name another host or port' }
  }
}

/** Collects by itself when nobody scrapes: what a reader has not fetched the SDK keeps for it, without bound. */
class KeptEndpoint extends PrometheusEndpoint {
  readonly #onCollect: ReaderEvents['onCollect']
  readonly #timer: NodeJS.Timeout | undefined
  #isFresh = false

  constructor(
    options: PrometheusEndpointOptions,
    { onCollect, isAlone }: { readonly onCollect: ReaderEvents['onCollect']; readonly isAlone: boolean },
  ) {
    super(options)
    this.#onCollect = onCollect
    // A reader that is alone leaves everything in one place until it is asked.
    if (!isAlone) this.#timer = setInterval(() => this.#collectIfIdle(), idleMs).unref()
  }

  override async collect(options?: { timeoutMillis?: number }): Promise<CollectionResult> {
    this.#isFresh = true
    const result = await super.collect(options)
    this.#onCollect(result.resourceMetrics)
    return result
  }

  override async shutdown(options?: { timeoutMillis?: number }): Promise<void> {
    clearInterval(this.#timer)
    await super.shutdown(options)
  }

  #collectIfIdle(): void {
    // Cumulative series lose nothing by it; failed callbacks are counted where they fail.
    if (!this.#isFresh) this.collect({ timeoutMillis: 5000 }).catch(() => {})
    this.#isFresh = false
  }
}

const idleMs = 60_000

const strategies: Readonly<Record<PrometheusConfig['translation_strategy'], TranslationStrategy>> = {
  underscore_escaping_with_suffixes: 'UnderscoreEscapingWithSuffixes',
  'underscore_escaping_without_suffixes/development': 'UnderscoreEscapingWithoutSuffixes',
  'no_utf8_escaping_with_suffixes/development': 'NoUTF8EscapingWithSuffixes',
  'no_translation/development': 'NoTranslation',
}
