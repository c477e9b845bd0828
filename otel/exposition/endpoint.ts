import type { IncomingMessage, ServerResponse } from 'node:http'
import { diag } from '@opentelemetry/api'
import { type MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics'
import type { CallbackFailure } from '../sdk/callbacks.ts'
import { extendProvider } from '../sdk/extend.ts'
import { reportLostAbilities } from '../sdk/probe.ts'
import { CollectErrors } from './collect-errors.ts'
import { Collection } from './collection.ts'
import { Exposition } from './exposition.ts'
import { createListener, type Listener } from './listener.ts'
import { endpointDefaults, type PrometheusEndpointOptions } from './options.ts'
import { guardProducer } from './producers.ts'
import { createHandler, type ScrapeHandler } from './scrape.ts'

export type { PrometheusEndpointOptions } from './options.ts'

/**
 * Serves metrics to Prometheus. It takes the place of `PrometheusExporter`: the same constructor, the same
 * options and methods, and like that it is a reader of a `MeterProvider`. What it answers is complete, or says
 * that it is not.
 */
export class PrometheusEndpoint extends MetricReader {
  static readonly DEFAULT_OPTIONS = endpointDefaults
  /**
   * Answers a request for the metrics, whatever its path: for a server of yours, `node:http` or Express. Asks for
   * the credentials of `auth`, if there are any.
   */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  readonly #options: PrometheusEndpointOptions
  readonly #scrape: ScrapeHandler
  readonly #listener: Listener
  readonly #collectErrors = new CollectErrors()
  readonly #warned = new Set<string>()
  #producer: MetricProducer | undefined

  /**
   * Starts to listen, unless `preventServerStart` says otherwise.
   *
   * @param callback called once it listens, or with the error that keeps it from that.
   * @throws {TypeError} for credentials that would let everybody in.
   */
  constructor(options: PrometheusEndpointOptions = {}, callback: (error?: Error) => void = () => {}) {
    const { aggregationSelector, cardinalitySelector, metricProducers = [] } = options
    super({
      otelComponentType: 'prometheus_http_text_metric_exporter',
      metricProducers: metricProducers.map(guardProducer),
      ...(aggregationSelector && { aggregationSelector }),
      ...(cardinalitySelector && { cardinalitySelector }),
    })
    this.#options = options
    const exposition = new Exposition({ ...options, onProblem: (problem) => this.#warnOnce(problem) })
    const collection = new Collection({
      producer: () => this.#producer,
      collect: (timeoutMillis) => this.collect(timeoutMillis === undefined ? {} : { timeoutMillis }),
      report: (failures) => this.#report(failures),
      onError: (error) => diag.error(`a collection is incomplete: ${error}`),
    })
    this.#scrape = createHandler({ ...options, collection, exposition })
    this.#listener = createListener(options, this.#scrape.answer)
    this.handler = this.#listener.guarded
    if (options.preventServerStart === true) queueMicrotask(() => callback())
    else {
      this.start().then(
        () => callback(),
        (error: Error) => {
          diag.error(error.message)
          callback(error)
        },
      )
    }
  }

  /** Where the endpoint can be scraped. */
  get url(): string {
    return this.#listener.url
  }

  /**
   * Begins to listen; once it does, a second call changes nothing.
   *
   * @throws {Error} when the address cannot be had; the cause says why, such as a port in use.
   */
  start(): Promise<void> {
    return this.#listener.start()
  }

  /** The same as `start`, by the name that `PrometheusExporter` has for it. */
  startServer(): Promise<void> {
    return this.start()
  }

  /** Stops listening. Scrapes under way have a second to end. */
  stopServer(): Promise<void> {
    return this.#listener.stop()
  }

  /** The same as `handler`, by the name that `PrometheusExporter` has for it. */
  getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void {
    this.handler(request, response)
  }

  override setMetricProducer(producer: MetricProducer): void {
    super.setMetricProducer(producer)
    this.#producer = producer
    extendProvider(producer, { exemplarFilter: this.#options.exemplarFilter ?? 'trace_based' })
    void reportLostAbilities()
  }

  /** Does nothing: who scrapes decides when. */
  override async onForceFlush(): Promise<void> {}

  /** From now on scrapes are refused: an empty answer would look like a service without metrics. */
  override onShutdown(): Promise<void> {
    this.#scrape.close()
    return this.stopServer()
  }

  #report(failures: readonly CallbackFailure[]) {
    for (const failure of failures) {
      this.#collectErrors.add(failure)
      this.#options.onCallbackError?.(failure)
      this.#warnOnce(
        `metric "${failure.metric}" is missing from scrapes (${failure.reason}): ${failure.error}`,
      )
    }
    return this.#collectErrors.scopeMetrics()
  }

  #warnOnce(problem: string): void {
    if (this.#warned.size >= mostWarnings || this.#warned.has(problem)) return
    this.#warned.add(problem)
    diag.warn(problem)
  }
}

/** Problems of a configuration are few; a flood of them must not fill the memory. */
const mostWarnings = 1000
