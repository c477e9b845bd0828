import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { InstrumentType, MeterProvider, type MetricData } from '@opentelemetry/sdk-metrics'
import { PrometheusEndpoint } from './endpoint.ts'
import { freePort, mounted } from './scraped.fixture.ts'

type Class = typeof PrometheusExporter | typeof PrometheusEndpoint

type Question = readonly [what: string, ask: (Reader: Class) => unknown]

/** What both classes are asked, one after the other; they have to answer alike. */
const questions: readonly Question[] = [
  [
    'its own members',
    ({ prototype }) =>
      ['startServer', 'stopServer', 'getMetricsRequestHandler', 'onForceFlush', 'onShutdown'].map(
        (name) => typeof prototype[name as 'startServer'],
      ),
  ],
  ['the names of its defaults', (Reader) => Object.keys(Reader.DEFAULT_OPTIONS).sort()],
  ['the defaults other than where it listens', (Reader) => ({ ...Reader.DEFAULT_OPTIONS, host: undefined })],
  ...Object.values(InstrumentType).map(
    (type): Question => [
      `what it makes of ${type}`,
      (Reader) => {
        const reader = silent(Reader)
        return [
          reader.selectAggregation(type),
          reader.selectAggregationTemporality(type),
          reader.selectCardinalityLimit(type),
        ]
      },
    ],
  ),
  [
    'the callback once it listens',
    async (Reader) => {
      const { called, reader } = await constructed(Reader, { port: await freePort(), host: '127.0.0.1' })
      await reader.stopServer()
      return called
    },
  ],
  [
    'the callback where it does not listen',
    async (Reader) => (await constructed(Reader, { preventServerStart: true })).called,
  ],
  [
    'the callback where the port is in use',
    async (Reader) => {
      await using server = await mounted((_, response) => response.end())
      const port = Number(new URL(server.url).port)
      const { called } = await constructed(Reader, { port, host: '127.0.0.1' })
      return called.map((error) => error instanceof Error)
    },
  ],
  ['a server that is stopped before it starts', (Reader) => silent(Reader).stopServer()],
  ['a flush', (Reader) => silent(Reader).forceFlush()],
  [
    'a server that is started twice',
    async (Reader) => {
      const reader = new Reader({ preventServerStart: true, port: await freePort(), host: '127.0.0.1' })
      await Promise.all([reader.startServer(), reader.startServer()])
      await reader.stopServer()
    },
  ],
  [
    'a second provider',
    (Reader) => {
      const reader = silent(Reader)
      new MeterProvider({ readers: [reader] })
      return messageOf(() => new MeterProvider({ readers: [reader] }))
    },
  ],
  ['a collection without a provider', (Reader) => silent(Reader).collect().catch(String)],
  [
    "what the SDK's own metrics say of it",
    async (Reader) => {
      const reader = silent(Reader)
      new MeterProvider({ readers: [reader], sdkMetricsEnabled: true })
      await reader.collect()
      const { resourceMetrics } = await reader.collect()
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics as MetricData[])
      return metrics.flatMap(({ dataPoints }) =>
        dataPoints.map((one) => one.attributes['otel.component.type']),
      )
    },
  ],
]

describe('in place of PrometheusExporter', () => {
  for (const [what, ask] of questions) {
    it(`has the same answer to ${what}`, async () => {
      assert.deepEqual(await ask(PrometheusEndpoint), await ask(PrometheusExporter))
    })
  }
})

function silent(Reader: Class) {
  return new Reader({ preventServerStart: true })
}

/** Waits for the callback of the constructor. @returns what it was called with. */
async function constructed(
  Reader: Class,
  options: { port?: number; preventServerStart?: boolean; host?: string },
) {
  const called: unknown[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const reader = new Reader(options, (error?: unknown) => {
    called.push(error)
    resolve()
  })
  assert.equal(called.length, 0, 'not before the constructor has returned')
  await promise
  return { reader, called }
}

function messageOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return String(error)
  }
}
