import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type DataPoint, type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { instrumentHttp, measureHttp } from '@tidegauge/otel'
import express, { type ErrorRequestHandler, Router } from 'express'
import { countRequests } from './instrumented.ts'

const cases = [
  { ask: 'GET /repos/did:plc:a', counted: 'GET /repos/{did} 200' },
  { ask: 'HEAD /repos/did:plc:a', counted: 'HEAD /repos/{did} 200' },
  { ask: 'POST /repos/did:plc:a', counted: 'POST unmatched 404' },
  { ask: 'GET /api/v1/at/x', counted: 'GET /api/{v}/at/{x} 200' },
  { ask: 'GET /api/v1/at', counted: 'GET unmatched 404' },
  { ask: 'GET /throw', counted: 'GET /throw 500' },
  { ask: 'GET /reject', counted: 'GET /reject 500' },
  { ask: 'PROPFIND /any', counted: '_OTHER /any 200' },
  { ask: 'OPTIONS /repos/x', counted: 'OPTIONS unmatched 200' },
]

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

for (const instrument of [instrumentHttp, measureHttp])
  describe(`countRequests beside ${instrument.name}`, () => {
    const reader = new Reader()
    const meterProvider = new MeterProvider({ readers: [reader] })
    const server = createServer(application())
    const ports: number[] = []
    let instrumentation: Disposable

    before(async () => {
      instrumentation = await instrument({ meterProvider, listensOn: () => ports })
      server.on('request', countRequests(meterProvider.getMeter('test')))
      await once(server.listen(0, '127.0.0.1'), 'listening')
      ports.push((server.address() as AddressInfo).port)
    })
    after(async () => {
      instrumentation[Symbol.dispose]()
      server.close()
      await meterProvider.shutdown()
    })

    for (const { ask, counted } of cases) {
      it(`counts ${ask} as ${counted}, once, with the path of its duration`, async () => {
        const earlier = await recorded()
        await exchange(`${ask} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
        assert.deepEqual(since(earlier, await recorded()), {
          [`http.requests ${counted}`]: 1,
          [`http.server.request.duration ${counted.replace(/ \d+$/, '')}`]: 1,
        })
      })
    }

    const left = [
      { path: '/wait/1', counted: 'GET /wait/{x} 499' },
      { path: '/begin/1', counted: 'GET /begin/{x} 206' },
    ]
    for (const { path, counted } of left) {
      it(`counts ${path} once when the caller goes away`, async () => {
        const earlier = await recorded()
        const socket = connect(ports[0] as number, '127.0.0.1')
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
        const [, response] = await once(server, 'request')
        socket.destroy()
        await once(response, 'close')
        assert.deepEqual(since(earlier, await recorded()), {
          [`http.requests ${counted}`]: 1,
          [`http.server.request.duration ${counted.replace(/ \d+$/, '')}`]: 1,
        })
      })
    }

    async function exchange(text: string): Promise<void> {
      const socket = connect(ports[0] as number, '127.0.0.1')
      socket.end(text)
      await once(socket.resume(), 'close')
    }

    /** Every series with how often it was recorded. */
    async function recorded(): Promise<Map<string, number>> {
      const { resourceMetrics } = await reader.collect()
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      const rows = metrics.flatMap(({ descriptor, dataPoints }) =>
        (dataPoints as readonly DataPoint<number | Histogram>[]).map(({ attributes, value }) => {
          const parts = ['method', 'path', 'status'].map((key) => attributes[key])
          const standard = ['http.request.method', 'http.route'].map((key) => attributes[key])
          const name = [descriptor.name, ...parts, ...standard].filter((part) => part !== undefined).join(' ')
          return [name, typeof value === 'number' ? value : value.count] as const
        }),
      )
      const sums = new Map<string, number>()
      for (const [name, value] of rows) sums.set(name, (sums.get(name) ?? 0) + value)
      return sums
    }
  })

function since(earlier: Map<string, number>, now: Map<string, number>): Record<string, number> {
  const grown = [...now].map(([name, value]) => [name, value - (earlier.get(name) ?? 0)] as const)
  return Object.fromEntries(grown.filter(([, value]) => value !== 0))
}

function application() {
  const app = express().set('env', 'test')
  app.get('/repos/:did', (_request, response) => void response.json({}))
  app.use(
    '/api/:v',
    Router().use(
      '/at',
      Router().get('/:x', (_request, response) => void response.json({})),
    ),
  )
  app.get('/throw', () => {
    throw new Error('thrown')
  })
  app.get('/reject', () => Promise.reject(new Error('rejected')))
  app.all('/any', (_request, response) => void response.end())
  app.get('/wait/:x', () => {})
  app.get('/begin/:x', (_request, response) => void response.status(206).write('begun'))
  app.use(((_error, _request, response, _next) => response.status(500).end()) as ErrorRequestHandler)
  return app
}
