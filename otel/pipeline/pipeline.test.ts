import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import type { Attributes } from '@opentelemetry/api'
import type { MetricDefinition } from '../catalog/metric.ts'
import { pipelineExports } from '../catalog/pipeline/metrics.ts'
import { bind } from '../meter/bind.ts'
import { observe } from '../meter/observe.ts'
import { bindSeries } from '../sdk/bound-series.ts'
import { startPipeline } from './start-pipeline.ts'
import { configFile, demoCatalog, jobs, metricIn, startDemo, visits } from './testing/demo.ts'
import { type Received, startHttpSink } from './testing/otlp-sink.ts'
import { TestReader } from './testing/test-reader.ts'

const scraped = { OTEL_EXPORTER_PROMETHEUS_PORT: '0' }

describe('streams that libraries record under their own names', () => {
  const requests = [
    { recorded: { 'http.request.method': 'GET', 'http.route': '/a' }, labels: 'method="GET",path="/a"' },
    { recorded: { 'http.request.method': 'GET' }, labels: 'method="GET",path="unmatched"' },
    { recorded: { 'http.request.method': 'BREW', 'http.route': '/a' }, labels: 'method="_OTHER",path="/a"' },
    {
      recorded: {
        'http.request.method': 'POST',
        'http.route': '/b',
        'url.scheme': 'http',
        'server.port': 80,
      },
      labels: 'method="POST",path="/b"',
    },
  ]
  for (const { recorded, labels } of requests) {
    it(`have the name, help, buckets and attributes of the catalog: ${JSON.stringify(recorded)}`, async () => {
      await using demo = await startDemo(scraped)
      const meter = demo.pipeline.meterProvider.getMeter('@opentelemetry/instrumentation-http')
      const advice = { explicitBucketBoundaries: [7] }
      meter.createHistogram('http.server.request.duration', { unit: 's', advice }).record(0.5, recorded)
      assert.deepEqual(await demo.lines('http_request_duration_seconds_bucket'), [
        `http_request_duration_seconds_bucket{${labels},le="0.1"} 0`,
        `http_request_duration_seconds_bucket{${labels},le="1"} 1`,
        `http_request_duration_seconds_bucket{${labels},le="+Inf"} 1`,
      ])
      assert.deepEqual(await demo.lines('# HELP http_request_duration'), [
        '# HELP http_request_duration_seconds Requests.',
      ])
    })
  }
})

describe('limits', () => {
  it('send further values to overflow for life, and say which metric and attribute it was', async () => {
    await using demo = await startDemo(scraped)
    const counter = bind(demo.pipeline.meter(), visits)
    for (let i = 0; i < 10; i++) {
      counter.add(1, { page: `p${i}` })
      counter.bind({ page: `p${i}` }).add(1)
      await demo.scrape()
    }
    const lines = await demo.lines('demo_visits_total')
    assert.deepEqual(lines, [
      ...[0, 1, 2].map((i) => `demo_visits_total{page="p${i}"} 2`),
      'demo_visits_total{otel_metric_overflow="true"} 14',
    ])
    assert.deepEqual(await demo.lines('pipeline_overflows_total'), [
      'pipeline_overflows_total{metric="demo.visits"} 14',
    ])
    assert.deepEqual(
      demo.log.filter((line) => line.includes('demo.visits')),
      [
        'warn demo.visits has reached its limit of 3 values of page: further ones are added up in one series, ' +
          'otel.metric.overflow, until the process ends; to tell more apart, set aggregation_cardinality_limit ' +
          'in a view for demo.visits in the file of OTEL_CONFIG_FILE',
      ],
    )
  })

  it('can be raised as the log says', async () => {
    using file = configFile(`file_format: "1.0"
meter_provider:
  readers: [{ pull: { exporter: { prometheus/development: { port: 0 } } } }]
  views: [{ selector: { instrument_name: demo.visits }, stream: { aggregation_cardinality_limit: 8 } }]
`)
    await using demo = await startDemo({ OTEL_CONFIG_FILE: file.path })
    for (let i = 0; i < 10; i++) bind(demo.pipeline.meter(), visits).add(1, { page: `p${i}` })
    const lines = await demo.lines('demo_visits_total')
    assert.equal(lines.length, 8)
    assert.equal(lines.at(-1), 'demo_visits_total{otel_metric_overflow="true"} 3')
    assert.match(
      demo.log.join('\n'),
      /demo\.visits has reached its limit of 8 series: further ones are added up/,
    )
  })

  const observed = { unit: '{visit}', description: 'A test.', attributes: { page: { limit: 3 } } }
  for (const { instrument, shown, said } of [
    { instrument: 'counter', shown: 49, said: 'further ones are added up' },
    { instrument: 'upDownCounter', shown: 49, said: 'further ones are added up' },
    { instrument: 'gauge', shown: 10, said: 'the last value of further ones is kept' },
  ] as const) {
    it(`hold for what is observed, and say what becomes of it: ${instrument}`, async () => {
      const watched = { ...observed, name: 'demo.watched', instrument } as const satisfies MetricDefinition
      await using demo = await startDemo(scraped, { catalog: [watched] })
      observe(demo.pipeline.meter(), watched, () =>
        Array.from({ length: 10 }, (_, i) => ({ value: i + 1, attributes: { page: `p${i}` } })),
      )
      const name = `demo_watched${instrument === 'counter' ? '_total' : ''}`
      for (let scrapes = 1; scrapes <= 3; scrapes++) {
        assert.deepEqual(await demo.lines(`${name}{`), [
          ...[0, 1, 2].map((i) => `${name}{page="p${i}"} ${i + 1}`),
          `${name}{otel_metric_overflow="true"} ${shown}`,
        ])
      }
      assert.deepEqual(await demo.lines('pipeline_overflows_total'), [
        'pipeline_overflows_total{metric="demo.watched"} 21',
      ])
      const lines = demo.log.filter((line) => line.includes('demo.watched'))
      assert.equal(lines.length, 1)
      assert.match(
        lines[0] as string,
        new RegExp(`reached its limit of 3 values of page: ${said} in one series`),
      )
    })
  }

  it('hold alike for bound and unbound recording', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const [unbound, bound] = [await counterOf('unbound'), await counterOf('bound')]
      let state = seed
      for (let step = 0; step < 40; step++) {
        state = (state * 1664525 + 1013904223) >>> 0
        const attributes: Attributes = { page: `p${state >>> 29}` }
        unbound.counter.add(1, attributes)
        bindSeries(bound.counter, attributes).record(1)
        if (step % 7 === 0) assert.deepEqual(await bound.values(), await unbound.values(), `seed ${seed}`)
      }
      assert.deepEqual(await bound.values(), await unbound.values(), `seed ${seed}`)
      await unbound.pipeline.shutdown()
      await bound.pipeline.shutdown()
    }
  })

  async function counterOf(name: string) {
    const reader = new TestReader()
    const service = { name, version: '1' }
    const environment = { OTEL_METRICS_EXPORTER: 'none' }
    const pipeline = await startPipeline({ catalog: demoCatalog, service, environment, readers: [reader] })
    const counter = pipeline.meterProvider.getMeter('x').createCounter(visits.name)
    const values = async () => {
      const { resourceMetrics } = await reader.collect()
      return resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter(({ descriptor }) => descriptor.name === visits.name)
        .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })))
    }
    return { counter, pipeline, values }
  }
})

describe('a backend that is away', () => {
  const environment = ({ port }: { readonly port: number }) => ({
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_METRIC_EXPORT_INTERVAL: '600000',
    OTEL_EXPORTER_OTLP_TIMEOUT: '100',
  })

  it('is logged once when it goes and once when it is back, and loses nothing', async () => {
    const { port } = await leftPort()
    await using demo = await startDemo(environment({ port }))
    const counter = bind(demo.pipeline.meter(), jobs)
    for (let i = 0; i < 3; i++) {
      counter.add(1, { kind: 'b' })
      await demo.pipeline.forceFlush()
    }
    assert.deepEqual(
      demo.log.map((line) => line.replace(/http:.*?;/, 'URL: …;')),
      ['warn cannot export metrics to URL: …; nothing is lost, the next export carries it'],
    )
    await using sink = await startHttpSink({ port })
    await demo.pipeline.forceFlush()
    await demo.pipeline.forceFlush()
    assert.equal(demo.log.length, 2)
    assert.match(demo.log[1] ?? '', /^info exporting metrics to http:.* again after \d+ s$/)
    const last = sink.received.at(-1) as Received
    const points = metricIn(last, jobs.name)?.sum?.dataPoints ?? []
    assert.deepEqual(
      points.map(({ asDouble }) => asDouble),
      [2, 3],
    )
    const exports = metricIn(last, pipelineExports.name)?.sum?.dataPoints ?? []
    const outcome = (wanted: string) =>
      exports.find(({ attributes = [] }) => {
        const values = attributes.map(({ value }) => value.stringValue)
        return values.includes('otlp_http') && values.includes(wanted)
      })?.asDouble
    assert.deepEqual([outcome('failure'), outcome('success')], [3, 1])
  })

  for (const answer of [400, 503, 'hang'] as const) {
    it(`is told from one that answers: ${answer}`, async () => {
      await using sink = await startHttpSink()
      sink.answer = answer
      await using demo = await startDemo(environment(sink))
      await demo.pipeline.forceFlush()
      await demo.pipeline.forceFlush()
      assert.equal(
        demo.log.filter((line) => line.startsWith('warn cannot export')).length,
        1,
        demo.log.join('\n'),
      )
      sink.answer = 200
      await demo.pipeline.forceFlush()
      assert.equal(demo.log.filter((line) => line.startsWith('info exporting')).length, 1)
    })
  }

  it('is tried again within one export, and that is counted', async () => {
    await using sink = await startHttpSink()
    sink.answer = 503
    await using demo = await startDemo({ ...environment(sink), OTEL_EXPORTER_OTLP_TIMEOUT: '20000' })
    const flushed = demo.pipeline.forceFlush()
    await sink.arrived(1)
    sink.answer = 200
    await flushed
    assert.equal(sink.received.length, 2)
    await demo.pipeline.forceFlush()
    const points = metricIn(sink.received.at(-1) as Received, pipelineExports.name)?.sum?.dataPoints ?? []
    const retries = points.filter(({ attributes = [] }) =>
      attributes.some(({ value }) => value.stringValue === 'retry'),
    )
    assert.deepEqual(retries.map(({ asDouble }) => asDouble).sort(), [0, 0, 1])
  })

  it('cannot keep a shutdown longer than its timeout', async () => {
    await using sink = await startHttpSink()
    sink.answer = 'hang'
    using file = configFile(`file_format: "1.0"
meter_provider:
  readers:
    - periodic: { exporter: { otlp_http: { endpoint: "http://127.0.0.1:${sink.port}", timeout: 100 } } }
tidegauge: { shutdown_timeout: 30 }`)
    const demo = await startDemo({ OTEL_CONFIG_FILE: file.path })
    await demo.pipeline.shutdown()
    assert.ok(demo.log.includes('warn metrics were not exported within 30 ms: given up'))
  })
})

describe('an endpoint that nobody scrapes', () => {
  for (const { exporter, collected } of [
    { exporter: 'prometheus,otlp', collected: 2 },
    { exporter: 'prometheus', collected: 0 },
  ]) {
    it(`collects by itself where another reader would pile up for it: ${exporter}`, async () => {
      mock.timers.enable({ apis: ['setInterval'] })
      try {
        await using sink = await startHttpSink()
        const endpoint = `http://127.0.0.1:${sink.port}`
        const environment = {
          ...scraped,
          OTEL_METRICS_EXPORTER: exporter,
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        }
        await using demo = await startDemo({ ...environment, OTEL_METRIC_EXPORT_INTERVAL: '600000' })
        let reads = 0
        observe(demo.pipeline.meter(), { ...visits, name: 'demo.reads', instrument: 'gauge' }, () => {
          reads++
          return []
        })
        mock.timers.tick(60_000)
        mock.timers.tick(60_000)
        await new Promise(setImmediate)
        assert.equal(reads, collected)
      } finally {
        mock.timers.reset()
      }
    })
  }
})

describe('the pipeline', () => {
  it('does nothing when it is disabled', async () => {
    await using demo = await startDemo({ OTEL_SDK_DISABLED: 'true' })
    bind(demo.pipeline.meter(), jobs).bind({ kind: 'a' }).add(1)
    observe(demo.pipeline.meter('other'), visits, () => assert.fail('must not be read'))
    demo.pipeline.meterProvider.getMeter('foreign').createCounter('c').add(1)
    await demo.pipeline.forceFlush()
    assert.equal(demo.pipeline.config.find(({ key }) => key === 'disabled')?.origin, 'OTEL_SDK_DISABLED')
  })

  it('refuses two metrics that end in one Prometheus name', async () => {
    const clashes = [
      { ...jobs, name: 'demo_jobs' },
      { ...jobs, name: 'demo.took_count', instrument: 'gauge', unit: '' } as const,
      { ...jobs, name: 'x', stream: { name: 'demo.jobs', attributes: {} } },
    ]
    const took = { ...jobs, name: 'demo.took', instrument: 'histogram', unit: '' } as const
    for (const clash of clashes) {
      const start = startPipeline({
        catalog: [jobs, took, clash],
        service: { name: 'x', version: '1' },
        environment: scraped,
      })
      await assert.rejects(start, /are both demo_(jobs_total|took_count) in Prometheus: rename one of them/)
    }
  })

  it('knows its own metrics, whatever the service declares', async () => {
    const start = (catalog: readonly MetricDefinition[]) =>
      startPipeline({ catalog, service: { name: 'x', version: '1' }, environment: scraped })
    await assert.rejects(start([{ ...pipelineExports }]), /both pipeline_exports_total in Prometheus/)
    await using _named = await start([pipelineExports])
  })

  it('makes the instruments of a service under its name', async () => {
    await using demo = await startDemo(scraped)
    const text = await demo.scrape()
    assert.match(text, /^demo_jobs_total\{.*otel_scope_name="demo"/m)
    assert.match(text, /^pipeline_exports_total\{.*otel_scope_name="tidegauge"/m)
  })

  it('measures itself and the process', async () => {
    await using demo = await startDemo(scraped)
    await demo.scrape()
    const text = await demo.scrape()
    for (const name of [
      'uptime_seconds',
      'process_cpu_time_seconds_total',
      'process_memory_usage_bytes',
      'nodejs_eventloop_utilization_ratio',
      'pipeline_scrapes_total',
      'pipeline_scrape_duration_seconds_count',
      'pipeline_series',
      'pipeline_measurements_dropped_total',
      'otel_sdk_metric_reader_collection_duration_seconds_count',
    ]) {
      assert.match(text, new RegExp(`^${name}\\{.*\\} \\d`, 'm'))
    }
    assert.doesNotMatch(text, /systeminformation|system_network/)
  })

  it('counts a callback that fails once, ours or not', async () => {
    await using demo = await startDemo(scraped)
    const fail = () => {
      throw new Error('x')
    }
    observe(demo.pipeline.meter(), visits, fail)
    demo.pipeline.meterProvider.getMeter('foreign').createObservableGauge('foreign.gauge').addCallback(fail)
    await demo.scrape()
    const lines = await demo.lines('pipeline_callback_errors_total')
    const count = (metric: string) => lines.find((line) => line.includes(metric))?.split(' ')[1]
    assert.equal(count('demo.visits'), '2')
    assert.equal(count('foreign.gauge'), '1')
  })

  it('can be shut down twice, and stops listening', async () => {
    const demo = await startDemo(scraped)
    const url = demo.pipeline.endpoint?.url ?? ''
    await Promise.all([demo.pipeline.shutdown(), demo.pipeline.shutdown()])
    await assert.rejects(fetch(url))
  })
})

/** Takes a port that nobody listens on any more. */
async function leftPort(): Promise<{ readonly port: number }> {
  await using sink = await startHttpSink()
  return { port: sink.port }
}
