import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import type { Meter } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { PrometheusEndpoint } from '../otel/exposition/endpoint.ts'
import { bind, type MetricDefinition, observe, type Pipeline, startPipeline } from '../otel/otel.ts'

// What docs/coming-from.md says of other libraries, and of this one beside them.

const orders = {
  name: 'orders',
  instrument: 'counter',
  unit: '{order}',
  description: 'Orders.',
  attributes: { drink: ['latte', 'tea'] },
} as const satisfies MetricDefinition

const visits = { ...orders, name: 'visits', attributes: { page: { limit: 10 } } } as const

const queue = {
  name: 'queue',
  instrument: 'gauge',
  unit: '{order}',
  description: 'Waiting.',
} as const satisfies MetricDefinition

describe('beside @opentelemetry/exporter-prometheus', () => {
  const cases = [
    {
      what: 'units become suffixes',
      record: (meter: Meter) => meter.createHistogram('http.time', { unit: 's' }).record(1),
      stock: /^http_time_count\{.*\} 1$/m,
      ours: /^http_time_seconds_count\{.*\} 1$/m,
    },
    {
      what: 'exponential histograms have samples',
      record: (meter: Meter) => meter.createHistogram('exponential').record(1),
      stock: /^# TYPE exponential untyped\n(#|$)/m,
      ours: /^exponential_count\{.*\} 1$/m,
    },
    {
      what: 'of two types of one name the first is kept',
      record: (meter: Meter) => {
        meter.createGauge('clash').record(1)
        meter.createHistogram('clash').record(2)
      },
      stock: /^# no registered metrics$/m,
      ours: /^# TYPE clash gauge\nclash\{.*\} 1$(?!.*clash)/ms,
    },
  ]
  for (const { what, record, stock, ours } of cases) {
    it(what, async () => {
      assert.match((await scrapeOf(PrometheusExporter, record)).text, stock)
      assert.match((await scrapeOf(PrometheusEndpoint, record)).text, ours)
    })
  }

  it('the format has a version', async () => {
    assert.equal((await scrapeOf(PrometheusExporter, () => {})).type, 'text/plain')
    const { type } = await scrapeOf(PrometheusEndpoint, () => {})
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8')
  })
})

describe('beside prom-client', () => {
  it('ever new values of a label do not make ever new series', async () => {
    const registry = new Registry()
    const old = new Counter({ name: 'visits_total', help: '.', labelNames: ['page'], registers: [registry] })
    await using pipeline = await start([visits])
    const counter = bind(pipeline.meter(), visits)
    for (let i = 0; i < 100; i++) {
      old.inc({ page: `/${i}` })
      counter.add(1, { page: `/${i}` })
    }
    assert.equal(count(await registry.metrics(), 'visits_total'), 100)
    const text = await scrape(pipeline)
    assert.equal(count(text, 'visits_total'), 11)
    assert.match(text, /^visits_total\{.*otel_metric_overflow="true".*\} 90$/m)
  })

  it('a counter is there before it has counted', async () => {
    const registry = new Registry()
    new Counter({ name: 'orders_total', help: '.', labelNames: ['drink'], registers: [registry] })
    await using pipeline = await start([orders])
    bind(pipeline.meter(), orders)
    assert.equal(count(await registry.metrics(), 'orders_total'), 0)
    assert.equal(count(await scrape(pipeline), 'orders_total'), 2)
  })

  it('the process is measured without being asked to, under other names', async () => {
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    await using pipeline = await start([])
    const [old, ours] = [await registry.metrics(), await scrape(pipeline)]
    for (const [before, now] of [
      ['process_cpu_user_seconds_total', 'process_cpu_time_seconds_total'],
      ['process_resident_memory_bytes', 'process_memory_usage_bytes'],
      ['process_start_time_seconds', 'uptime_seconds'],
      ['nodejs_heap_space_size_used_bytes', 'v8js_memory_heap_used_bytes'],
      ['nodejs_active_resources', 'v8js_resource_active'],
    ] as const) {
      assert.ok(count(old, before) > 0, before)
      assert.ok(count(ours, now) > 0, now)
    }
  })

  it('a callback that throws takes only its metric out', async () => {
    const fail = () => {
      throw new Error('no')
    }
    await assert.rejects(registryWith(fail).metrics(), /no/)
    await using pipeline = await start([queue])
    observe(pipeline.meter(), queue, fail)
    await scrape(pipeline)
    const text = await scrape(pipeline)
    assert.equal(count(text, 'queue'), 0)
    assert.match(text, /^pipeline_callback_errors_total\{metric="queue",.*reason="error"\} 2$/m)
  })

  it('a callback that hangs does not keep the others from being scraped', async () => {
    const hang = () => new Promise<never>(() => {})
    const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silence'))
    assert.equal(await Promise.race([registryWith(hang).metrics(), silence]), 'silence')
    await using pipeline = await start([queue, orders])
    observe(pipeline.meter(), queue, hang)
    bind(pipeline.meter(), orders)
    const text = await scrape(pipeline, { 'x-prometheus-scrape-timeout-seconds': '0.1' })
    assert.deepEqual([count(text, 'queue'), count(text, 'orders_total')], [0, 2])
  })
})

function registryWith(collect: () => Promise<void> | void): Registry {
  const registry = new Registry()
  new Gauge({ name: 'queue', help: '.', registers: [registry], collect })
  return registry
}

function start(catalog: readonly MetricDefinition[]): Promise<Pipeline> {
  const environment = { OTEL_EXPORTER_PROMETHEUS_PORT: '0' }
  return startPipeline({ catalog, service: { name: 'test', version: '0' }, environment })
}

async function scrape({ endpoint }: Pipeline, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(endpoint?.url ?? '', { headers })).text()
}

/** Serves what is recorded through the handler that both readers have. */
async function scrapeOf(
  Reader: typeof PrometheusExporter | typeof PrometheusEndpoint,
  record: (meter: Meter) => void,
): Promise<{ readonly type: string | null; readonly text: string }> {
  const reader = new Reader({ preventServerStart: true })
  const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const
  const provider = new MeterProvider({
    readers: [reader],
    views: [{ instrumentName: 'exponential', aggregation }],
  })
  record(provider.getMeter('scope'))
  const server = createServer((request, response) => reader.getMetricsRequestHandler(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)
  const text = await answer.text()
  server.closeAllConnections()
  server.close()
  await provider.shutdown()
  return { type: answer.headers.get('content-type'), text }
}

function count(text: string, metric: string): number {
  return text.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .length
}
