// One server of bench/http, in a process of its own. Usage: node bench/http/server.ts VARIANT
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { context, metrics } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { followExpressRoutes } from '../../otel/http/express-routes.ts'
import { instrumentHttp } from '../../otel/http/instrument-http.ts'
import { measureHttp } from '../../otel/http/measure-http.ts'
import { countRequests } from '../../src/edge/http/instrumented.ts'

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const require = createRequire(import.meta.url)
const reader = new Reader()
const meterProvider = new MeterProvider({ readers: [reader] })
const server = createServer()
const ports: number[] = []
const options = { meterProvider, listensOn: () => ports }
const count = () => server.on('request', countRequests(meterProvider.getMeter('bench')))

const variants: Readonly<Record<string, () => unknown>> = {
  bare() {},
  'routes only': () => void followExpressRoutes(),
  'instrumentation-http': stockHttp,
  'instrumentation-http + instrumentation-express'() {
    stockHttp()
    const { ExpressInstrumentation } = createRequire(new URL('peer/package.json', import.meta.url))(
      '@opentelemetry/instrumentation-express',
    )
    new ExpressInstrumentation()
  },
  instrumentHttp: () => instrumentHttp(options),
  async 'instrumentHttp + countRequests'() {
    await instrumentHttp(options)
    count()
  },
  measureHttp: () => void measureHttp(options),
  'measureHttp + countRequests'() {
    measureHttp(options)
    count()
  },
}

/** As its documentation says, for somebody who wants metrics alone. */
function stockHttp(): void {
  metrics.setGlobalMeterProvider(meterProvider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }).setMeterProvider(meterProvider)
  require('node:http')
}

await variants[process.argv[2] ?? '']?.()
// Required after the instrumentations stand, which the stock ones need.
const express = require('express') as typeof import('express')
const repos = express.Router().get('/:did', (request, response) => {
  response.json({ did: request.params.did, status: 'synced' })
})
const app = express()
app.disable('x-powered-by').disable('etag')
app.use((_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
})
app.use('/repos', repos)
server.on('request', app)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  ports.push(port)
  process.send?.({ port })
})

/** Answers with what the process has used since the last time, in microseconds, and what it has recorded. */
let before = process.cpuUsage()
process.on('message', async () => {
  const { user, system } = process.cpuUsage(before)
  const { resourceMetrics } = await reader.collect()
  const points = resourceMetrics.scopeMetrics.flatMap((scope) =>
    scope.metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => {
        const count = typeof value === 'number' ? value : 'count' in value ? value.count : 0
        return `${descriptor.name} ${attributes['http.route'] ?? attributes.path}: ${count}`
      }),
    ),
  )
  process.send?.({ cpu: user + system, points })
  before = process.cpuUsage()
})

process.on('disconnect', () => process.exit())
