import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { diag } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { createGuard } from './access.ts'
import { familiesOf } from './families.ts'
import { labelsOf, scopeLabels } from './labels.ts'
import type { PrometheusEndpointOptions } from './options.ts'
import { seriesHead, textComments, textNumber } from './text.ts'

export type { PrometheusEndpointOptions } from './options.ts'

/**
 * Serves metrics to Prometheus. It takes the place of `PrometheusExporter`: same constructor, same options,
 * same readers' contract.
 */
export class PrometheusEndpoint extends PrometheusExporter {
  readonly #options: PrometheusEndpointOptions
  readonly #server: Server
  readonly #path: string
  #started: Promise<void> | undefined

  constructor(options: PrometheusEndpointOptions = {}, callback: (error?: Error) => void = () => {}) {
    super({ ...options, preventServerStart: true })
    this.#options = options
    this.#path = (options.endpoint ?? '/metrics').replace(/^(?!\/)/, '/')
    const guard = createGuard(options.auth)
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      if (!guard(request)) response.writeHead(401).end()
      else if ((request.url ?? '').split('?', 1)[0] !== this.#path) response.writeHead(404).end()
      else this.handler(request, response)
    }
    this.#server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener)
    this.#server.unref()
    if (options.preventServerStart === true) queueMicrotask(() => callback())
    else {
      this.start().then(
        () => callback(),
        (error) => {
          diag.error(String(error))
          callback(error)
        },
      )
    }
  }

  /** Where the endpoint can be scraped. Meaningful once it has started. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo
    const scheme = this.#options.tls ? 'https' : 'http'
    return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}${this.#path}`
  }

  /**
   * Starts to listen.
   *
   * @throws when the address cannot be listened on; the cause says why, such as a port in use.
   */
  start(): Promise<void> {
    const { host = '127.0.0.1', port = 9464 } = this.#options
    this.#started ??= new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => {
        this.#started = undefined
        reject(new Error(`scrape endpoint cannot listen on ${host}:${port}: ${cause.message}`, { cause }))
      })
      this.#server.listen({ host, port }, resolve)
    })
    return this.#started
  }

  override startServer(): Promise<void> {
    return this.start()
  }

  override async stopServer(): Promise<void> {
    if (!this.#server.listening) return
    await new Promise((resolve) => {
      this.#server.close(resolve)
      this.#server.closeAllConnections()
    })
  }

  override getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void {
    this.handler(request, response)
  }

  /** Answers a request for the metrics on a server of yours, `node:http` or Express. */
  readonly handler = (_request: IncomingMessage, response: ServerResponse): void => {
    const start = performance.now()
    this.collect({ timeoutMillis: this.#options.limits?.scrapeTimeoutMs ?? 10_000 }).then(
      ({ resourceMetrics, errors }) => {
        const { body, series } = this.#text(resourceMetrics)
        response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
        response.end(body)
        const outcome = errors.length > 0 ? 'partial' : 'success'
        this.#options.onScrape?.({ format: 'text', outcome, durationMs: performance.now() - start, series })
      },
      (error) => {
        diag.error(`scrape failed: ${error}`)
        response
          .writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' })
          .end('The collection failed.\n')
        this.#options.onScrape?.({
          format: 'text',
          outcome: 'error',
          durationMs: performance.now() - start,
          series: 0,
        })
      },
    )
  }

  #text(resourceMetrics: ResourceMetrics): { body: string; series: number } {
    const strategy = this.#options.translationStrategy ?? 'UnderscoreEscapingWithSuffixes'
    const lines: string[] = []
    let series = 0
    const line = (head: string, value: number) => {
      lines.push(`${head}${textNumber(value)}\n`)
      series++
    }
    if (!this.#options.withoutTargetInfo) {
      const labels = labelsOf(resourceMetrics.resource.attributes, {
        strategy,
        escaping: 'underscores',
        constant: [],
        reserved: [],
      })
      lines.push('# HELP target_info Target metadata\n# TYPE target_info gauge\n')
      line(seriesHead('target_info', labels), 1)
    }
    const prefix = this.#options.prefix ?? ''
    for (const family of familiesOf(resourceMetrics, {
      strategy,
      prefix,
      onProblem: (problem) => diag.warn(problem),
    })) {
      lines.push(textComments(family, family.name))
      for (const { metric, scope } of family.streams) {
        const constant = this.#options.withoutScopeInfo ? [] : scopeLabels(scope)
        const rules = {
          strategy,
          escaping: 'underscores',
          constant,
          reserved: family.type === 'histogram' ? ['le'] : [],
        } as const
        for (const { attributes, value } of metric.dataPoints) {
          const labels = labelsOf(attributes, rules)
          if (typeof value === 'number') line(seriesHead(family.name, labels), value)
          else {
            if (metric.dataPointType === DataPointType.HISTOGRAM && 'buckets' in value) {
              let cumulative = 0
              value.buckets.boundaries.forEach((bound, i) => {
                cumulative += value.buckets.counts[i] ?? 0
                line(seriesHead(`${family.name}_bucket`, [...labels, ['le', textNumber(bound)]]), cumulative)
              })
            }
            line(seriesHead(`${family.name}_bucket`, [...labels, ['le', '+Inf']]), value.count)
            if (value.sum !== undefined) line(seriesHead(`${family.name}_sum`, labels), value.sum)
            line(seriesHead(`${family.name}_count`, labels), value.count)
          }
        }
      }
    }
    return { body: lines.join(''), series }
  }
}
