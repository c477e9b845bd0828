import type { IncomingMessage, ServerResponse } from 'node:http'
import { diag } from '@opentelemetry/api'
import { type Collection, ScrapeTimeoutError } from './collection.ts'
import { collectTimeMs } from './deadline.ts'
import type { Exposition } from './exposition.ts'
import { acceptsGzip, negotiate } from './negotiate.ts'
import type { PrometheusEndpointOptions, ScrapeReport } from './options.ts'
import { gzipped, send } from './reply.ts'

export interface ScrapeHandlerOptions extends Pick<PrometheusEndpointOptions, 'onScrape' | 'limits'> {
  readonly collection: Collection
  readonly exposition: Exposition
}

/** Answers scrapes until it is closed. */
export interface ScrapeHandler {
  answer(request: IncomingMessage, response: ServerResponse): void
  close(): void
}

/** Makes the handler that turns a request into a collection, and that into an answer. */
export function createHandler({
  collection,
  exposition,
  limits = {},
  onScrape,
}: ScrapeHandlerOptions): ScrapeHandler {
  const { scrapeTimeoutMs = 10_000, idleMs = 30_000 } = limits
  let closed = false

  const scrape = async (request: IncomingMessage, response: ServerResponse) => {
    const start = performance.now()
    const representation = negotiate(request.headers.accept)
    const gzip = acceptsGzip(request.headers['accept-encoding'])
    let outcome: ScrapeReport['outcome'] = 'error'
    let series = 0
    try {
      const { body, partial } = await collection.scrape(collectTimeMs(request.headers, scrapeTimeoutMs), {
        key: `${representation.contentType}${gzip ? ' gzip' : ''}`,
        write: async (resourceMetrics) => {
          const written = await exposition.body(resourceMetrics, representation)
          return gzip ? gzipped(written) : written
        },
      })
      response.writeHead(200, {
        'Content-Type': representation.contentType,
        'Content-Length': body.bytes,
        ...(gzip && { 'Content-Encoding': 'gzip' }),
        Vary: 'Accept, Accept-Encoding',
      })
      outcome = partial ? 'partial' : 'success'
      series = body.series
      if (request.method === 'HEAD') response.end()
      else if (!(await send(response, body, idleMs))) outcome = 'error'
    } catch (error) {
      const timeout = error instanceof ScrapeTimeoutError
      outcome = timeout ? 'timeout' : 'error'
      diag.error(`a scrape failed: ${error}`)
      if (!response.headersSent)
        plain(response, timeout ? 503 : 500, 'The metrics could not be collected; see the log.')
      else response.destroy()
    }
    onScrape?.({ format: representation.format, outcome, durationMs: performance.now() - start, series })
  }

  return {
    answer: (request, response) => {
      if (closed) return plain(response, 503, 'The metrics have been shut down.')
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('Allow', 'GET, HEAD')
        return plain(response, 405, 'Metrics can only be read: GET or HEAD.')
      }
      void scrape(request, response)
    },
    close: () => {
      closed = true
    },
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
