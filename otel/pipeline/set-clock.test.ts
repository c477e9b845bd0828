import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type MeterProvider, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { setClock } from '../../test/set-clock.ts'
import { startDemo } from './testing/demo.ts'
import type { OtlpMetric } from './testing/otlp-request.ts'
import { protocols, pushed } from './testing/pushed.ts'

const hourMs = 3_600_000

const inSpan = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
})

/** Records a value in every kind of instrument, as a library does that knows the API alone. */
function recorder(meterProvider: MeterProvider) {
  const meter = meterProvider.getMeter('any')
  const adders = [meter.createCounter('counter'), meter.createUpDownCounter('up_down')]
  const recorders = [meter.createGauge('gauge'), meter.createHistogram('histogram')]
  const exponential = meter.createHistogram('exponential')
  let observed = 0
  for (const kind of ['Counter', 'UpDownCounter', 'Gauge'] as const) {
    const name = `observed_${kind.toLowerCase()}`
    meter[`createObservable${kind}`](name).addCallback((result) => result.observe(observed))
  }
  return (value: number) => {
    observed = value
    for (const adder of adders) adder.add(value, {}, inSpan)
    for (const one of [...recorders, exponential]) one.record(value, {}, inSpan)
  }
}

const views = `  views:
    - selector: { instrument_name: exponential }
      stream: { aggregation: { base2_exponential_bucket_histogram: } }`

const kinds = [
  'counter',
  'up_down',
  'gauge',
  'histogram',
  'exponential',
  'observed_counter',
  'observed_updowncounter',
  'observed_gauge',
]

/** Times are floats of nanoseconds here. */
const roundingMs = 0.001

function assertPlausible(metrics: readonly OtlpMetric[], when: string): void {
  assert.deepEqual(
    kinds.filter((kind) => !metrics.some(({ name }) => name === kind)),
    [],
  )
  for (const { name, points } of metrics) {
    for (const { startMs, timeMs, exemplars } of points) {
      const about = `${name}, ${when}: ${startMs} to ${timeMs}`
      assert.ok(startMs > 0 && startMs <= timeMs + roundingMs, about)
      assert.ok(timeMs <= Date.now() + roundingMs && timeMs > Date.now() - 60_000, about)
      for (const exemplar of exemplars)
        assert.ok(exemplar.timeMs <= timeMs + roundingMs, `${about}, exemplar`)
    }
  }
  assert.ok(metrics.some(({ points }) => points.some(({ exemplars }) => exemplars.length > 0)))
}

for (const protocol of protocols) {
  for (const temporality of ['cumulative', 'delta']) {
    it(`what is pushed is of its time when the clock is set, by ${protocol.protocol}, ${temporality}`, async () => {
      using clock = setClock()
      await using backend = await pushed(protocol, { temporality, rest: views })
      const record = recorder(backend.demo.pipeline.meterProvider)
      for (const [value, stepMs] of [0, -hourMs, 0, hourMs, hourMs, -hourMs, -1].entries()) {
        record(value * 2)
        clock.by(stepMs)
        record(value * 2 + 1)
        const metrics = await backend.metrics()
        assertPlausible(metrics, `step ${value}`)
        const gauges = metrics.filter(({ name }) => name.endsWith('gauge')).flatMap(({ points }) => points)
        assert.deepEqual(
          gauges.map((point) => point.value),
          [value * 2 + 1, value * 2 + 1],
        )
      }
    })
  }
}

describe('a scrape', () => {
  it('shows no beginning, and no exemplar, of a later time when the clock is set back', async () => {
    using clock = setClock()
    await using demo = await startDemo({ OTEL_EXPORTER_PROMETHEUS_PORT: '0' })
    const record = recorder(demo.pipeline.meterProvider)
    const failing = demo.pipeline.meterProvider.getMeter('any').createObservableGauge('failing')
    failing.addCallback(() => {
      throw new Error('on purpose')
    })
    const headers = { Accept: 'application/openmetrics-text; version=1.0.0' }
    const url = demo.pipeline.endpoint?.url ?? ''
    const scrape = async () => (await fetch(url, { headers })).text()
    record(1)
    await scrape()
    for (const value of [2, 3]) {
      clock.by(-hourMs)
      record(value)
      const text = await scrape()
      const created = [...text.matchAll(/^(\w+)_created\S* (\S+)$/gm)]
      for (const name of ['counter', 'histogram', 'otel_collect_errors'])
        assert.ok(
          created.some(([, created]) => created === name),
          name,
        )
      for (const [line, , seconds] of created)
        assert.ok(Number(seconds) * 1000 <= Date.now() + roundingMs, line)
      const exemplars = [...text.matchAll(/ # \{[^}]*\} \S+ (\S+)$/gm)]
      assert.ok(exemplars.length > 0)
      for (const [line, seconds] of exemplars)
        assert.ok(Number(seconds) * 1000 <= Date.now() + roundingMs, line)
      assert.match(text, new RegExp(`^gauge\\{[^}]*\\} ${value}$`, 'm'))
    }
  })
})
