import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import express, { type ErrorRequestHandler, Router } from 'express'
import { instrumentHttp } from './instrument-http.ts'
import { measureHttp } from './measure-http.ts'

describe('measureHttp', () => {
  const app = express()
    .disable('etag')
    .use(
      '/in/:a',
      Router().all(
        '/status/:code',
        (request, response) => void response.sendStatus(Number(request.params.code)),
      ),
    )
    .get('/throw', () => Promise.reject(new Error('thrown')))
    .post('/destroyed', async (request, response) => {
      for await (const _part of request) break
      response.status(413).end()
    })
    .use(((_error, _request, response, _next) => response.status(503).end()) as ErrorRequestHandler)
  const server = createServer(app)
  const ports: number[] = []
  const both = [instrumentHttp, measureHttp].map((instrument) => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const meterProvider = new MeterProvider({ readers: [reader] })
    return { instrument, exporter, meterProvider }
  })
  const instrumentations: Disposable[] = []

  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    ports.push((server.address() as AddressInfo).port)
    for (const { instrument, meterProvider } of both)
      instrumentations.push(await instrument({ meterProvider, listensOn: () => ports }))
  })
  after(() => {
    for (const instrumentation of instrumentations) instrumentation[Symbol.dispose]()
    server.close()
  })

  it('exports the same as instrumentation-http', async () => {
    const methods = [
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'QUERY',
      'PROPFIND',
      'M-SEARCH',
    ]
    const paths = [
      '/in/1/status/200',
      '/in/2/status/204',
      '/in/3/status/304',
      '/in/4/status/404',
      '/in/5/status/500',
      '/throw',
      '/nowhere',
    ]
    for (const method of methods)
      for (const path of paths)
        for (const version of ['1.0', '1.1']) await answered(`${method} ${path} HTTP/${version}`)
    // A handler that stops reading destroys the request, which then has lost its socket.
    await answered('POST /destroyed HTTP/1.1', { 'Content-Length': 5 }, 'half')
    const [stock = [], ours = []] = await Promise.all(both.map(exported))
    assert.ok(stock.length > 100, `${stock.length} series`)
    assert.deepEqual(ours, stock)
  })

  async function answered(
    firstLine: string,
    headers: Record<string, unknown> = {},
    body = '',
  ): Promise<void> {
    const socket = connect(ports[0] as number, '127.0.0.1')
    const lines = Object.entries({ Host: 'test', Connection: 'close', ...headers }).map((one) =>
      one.join(': '),
    )
    socket.end(`${[firstLine, ...lines].join('\r\n')}\r\n\r\n${body}`)
    await once(socket.resume(), 'close')
  }
})

async function exported({
  exporter,
  meterProvider,
}: {
  exporter: InMemoryMetricExporter
  meterProvider: MeterProvider
}) {
  await meterProvider.forceFlush()
  const metrics = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  return metrics
    .filter(({ descriptor }) => descriptor.name === 'http.server.request.duration')
    .flatMap(({ descriptor, dataPoints }) =>
      (dataPoints as readonly DataPoint<Histogram>[]).map(({ attributes, value: { buckets, count } }) =>
        JSON.stringify([
          descriptor.description,
          descriptor.unit,
          Object.entries(attributes).sort(),
          buckets.boundaries,
          count,
        ]),
      ),
    )
    .sort()
}
