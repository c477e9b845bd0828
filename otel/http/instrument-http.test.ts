import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as httpRequest, type RequestListener, type RequestOptions } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
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

interface Seen {
  readonly method: unknown
  readonly route: unknown
  readonly count: number
}

for (const instrument of [instrumentHttp, measureHttp])
  describe(instrument.name, () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const meterProvider = new MeterProvider({ readers: [reader] })
    const ports: number[] = []
    let api: Served
    let other: Served
    let instrumentation: Disposable

    before(async () => {
      // Both servers are there before anything is measured, as they may be in a program of ES modules.
      api = await serve(application())
      other = await serve((_request, response) => response.end('not measured'))
      ports.push(api.port)
      instrumentation = await instrument({ meterProvider, listensOn: () => ports })
    })
    beforeEach(async () => {
      await reader.forceFlush()
      exporter.reset()
    })
    after(async () => {
      instrumentation[Symbol.dispose]()
      await api.close()
      await other.close()
      await meterProvider.shutdown()
    })

    async function seen(): Promise<readonly Seen[]> {
      await reader.forceFlush()
      const metrics = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
      return metrics
        .filter(({ descriptor }) => descriptor.name === 'http.server.request.duration')
        .flatMap(({ dataPoints }) => dataPoints as readonly DataPoint<Histogram>[])
        .map(({ attributes, value: { count } }) => ({
          method: attributes['http.request.method'],
          route: attributes['http.route'],
          count,
        }))
    }

    const cases = [
      { title: 'a request', ask: { path: '/repos/did:plc:a' }, method: 'GET', route: '/repos/{did}' },
      {
        title: 'a route of nested routers',
        ask: { path: '/api/v1/at/x' },
        method: 'GET',
        route: '/api/{v}/at/{x}',
      },
      { title: 'a path that nothing answers', ask: { path: '/nowhere' }, method: 'GET', route: 'unmatched' },
      {
        title: 'HEAD by the route of GET',
        ask: { path: '/repos/x', method: 'HEAD' },
        method: 'HEAD',
        route: '/repos/{did}',
      },
      { title: 'an error that is thrown', ask: { path: '/throw/1' }, method: 'GET', route: '/throw/{x}' },
      { title: 'an error that is rejected', ask: { path: '/reject/1' }, method: 'GET', route: '/reject/{x}' },
      {
        title: 'a body that is streamed and read',
        ask: { path: '/echo', method: 'POST' },
        method: 'POST',
        route: '/echo',
      },
      {
        title: 'a method that the conventions do not list',
        ask: { path: '/any', method: 'PROPFIND' },
        method: '_OTHER',
        route: '/any',
      },
    ]
    for (const { title, ask, method, route } of cases) {
      it(`measures ${title} once`, async () => {
        await answered({ port: api.port, ...ask })
        assert.deepEqual(await seen(), [{ method, route, count: 1 }])
      })
    }

    it('measures each of many requests at once under its own route', async () => {
      const asks = Array.from(
        { length: 60 },
        (_, index) => `/${['repos', 'slow', 'nowhere'][index % 3]}/${index}`,
      )
      await Promise.all(asks.map((path) => answered({ port: api.port, path })))
      const counts = Object.fromEntries((await seen()).map(({ route, count }) => [route, count]))
      assert.deepEqual(counts, { '/repos/{did}': 20, '/slow/{x}': 20, unmatched: 20 })
    })

    it('measures requests of one connection that is kept alive', async () => {
      const socket = connect(api.port, '127.0.0.1')
      const ask = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
      socket.end(ask('/repos/1') + ask('/nowhere') + ask('/repos/2', 'Connection: close\r\n'))
      await once(socket.resume(), 'close')
      const counts = Object.fromEntries((await seen()).map(({ route, count }) => [route, count]))
      assert.deepEqual(counts, { '/repos/{did}': 2, unmatched: 1 })
    })

    for (const path of ['/wait/1', '/begin/1']) {
      it(`measures ${path} once when the caller goes away`, async () => {
        const ended = api.nextEnd()
        const socket = connect(api.port, '127.0.0.1')
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
        await api.nextStart()
        socket.destroy()
        await ended
        const route = path.replace('1', '{x}')
        assert.deepEqual(await seen(), [{ method: 'GET', route, count: 1 }])
      })
    }

    it('measures nothing of other listeners and of outgoing requests', async () => {
      await answered({ port: other.port, path: '/repos/1' })
      assert.deepEqual(await seen(), [])
    })

    it('measures a port that is named later', async () => {
      ports.push(other.port)
      await answered({ port: other.port, path: '/x' })
      assert.deepEqual(await seen(), [{ method: 'GET', route: 'unmatched', count: 1 }])
    })

    it('leaves the process as it was when it ends, and measures once more when it begins again', async () => {
      instrumentation[Symbol.dispose]()
      const value = context.active().setValue(createContextKey('any'), 1)
      assert.equal(
        context.with(value, () => context.active()),
        ROOT_CONTEXT,
      )
      await answered({ port: api.port, path: '/repos/1' })
      assert.deepEqual(await seen(), [])
      instrumentation = await instrument({ meterProvider, listensOn: () => ports })
      await answered({ port: api.port, path: '/repos/1' })
      assert.deepEqual(await seen(), [{ method: 'GET', route: '/repos/{did}', count: 1 }])
    })
  })

function application(): RequestListener {
  const app = express()
  app.get('/repos/:did', (_request, response) => void response.json({}))
  app.use(
    '/api/:v',
    Router().use(
      '/at',
      Router().get('/:x', (_request, response) => void response.json({})),
    ),
  )
  app.get('/slow/:x', (_request, response) => void setImmediate(() => response.json({})))
  app.get('/wait/:x', () => {})
  app.get('/begin/:x', (_request, response) => void response.write('begun'))
  app.get('/throw/:x', () => {
    throw new Error('thrown')
  })
  app.get('/reject/:x', () => Promise.reject(new Error('rejected')))
  app.post('/echo', (request, response) => void request.pipe(response))
  app.all('/any', (_request, response) => void response.end())
  app.use(((_error, _request, response, _next) => response.status(500).end()) as ErrorRequestHandler)
  return app
}

interface Served {
  readonly port: number
  readonly nextStart: () => Promise<unknown>
  readonly nextEnd: () => Promise<unknown>
  readonly close: () => Promise<unknown>
}

async function serve(listener: RequestListener): Promise<Served> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    nextStart: () => once(server, 'request'),
    nextEnd: async () => {
      const [, response] = await once(server, 'request')
      await once(response, 'close')
    },
    close: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

/** Resolves when the server has closed the connection as well, so that it has seen the end of its response. */
function answered(options: RequestOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', agent: false, ...options }, (response) =>
      response.resume(),
    )
    request.on('close', resolve).on('error', reject)
    request.end(options.method === 'POST' ? 'a body' : undefined)
  })
}
