import { createServer, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Meter } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, type MeterProviderOptions } from '@opentelemetry/sdk-metrics'
import { PrometheusEndpoint, type PrometheusEndpointOptions } from './endpoint.ts'
import { type Parsed, parseText } from './text-parser.fixture.ts'

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly bytes: Buffer
  readonly text: string
}

/** An endpoint on a free port, its provider, and a scraper. Ends with `await using`. */
export interface Scraped extends AsyncDisposable {
  readonly endpoint: PrometheusEndpoint
  readonly provider: MeterProvider
  readonly meter: Meter
  get(headers?: Record<string, string>, options?: { path?: string; method?: string }): Promise<Answer>
  parsed(headers?: Record<string, string>): Promise<Parsed>
}

export const openMetricsAccept = { accept: 'application/openmetrics-text;version=1.0.0' }
export const utf8Accept = { accept: 'text/plain;version=1.0.0;escaping=allow-utf-8' }
export const protobufAccept = {
  accept: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
}

export async function scraped(
  options: PrometheusEndpointOptions = {},
  provided: Omit<MeterProviderOptions, 'readers'> = {},
): Promise<Scraped> {
  const endpoint = new PrometheusEndpoint({ port: 0, preventServerStart: true, ...options })
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'tested' }),
    ...provided,
    readers: [endpoint],
  })
  await endpoint.start()
  const get: Scraped['get'] = (headers, extra) => fetchFrom(endpoint.url, headers, extra)
  return {
    endpoint,
    provider,
    meter: provider.getMeter('scope', '1.2.3'),
    get,
    parsed: async (headers) => {
      const { text, headers: answered } = await get(headers)
      return parseText(text, String(answered['content-type']).startsWith('text/') ? 'text' : 'openmetrics')
    },
    [Symbol.asyncDispose]: async () => {
      await provider.shutdown().catch(() => {})
    },
  }
}

/** A server of somebody else's, on a free port. Ends with `await using`. */
export async function mounted(handler: RequestListener): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/any/path`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Asks once, on a connection of its own. */
export function fetchFrom(
  url: string,
  headers: Record<string, string> = {},
  { path, method = 'GET' }: { path?: string; method?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = path === undefined ? new URL(url) : new URL(path, url)
    const asked = request(
      target,
      { method, headers, agent: false, rejectUnauthorized: false } as object,
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece) => pieces.push(piece)).on('error', reject)
        response.on('end', () => {
          const bytes = Buffer.concat(pieces)
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            get text() {
              return bytes.toString()
            },
          })
        })
      },
    )
    asked.on('error', reject).end()
  })
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
