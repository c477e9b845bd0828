import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Context, ROOT_CONTEXT, TraceFlags, trace, ValueType } from '@opentelemetry/api'
import type { MetricDefinition } from '../catalog/metric.ts'
import { bind } from '../meter/bind.ts'
import { type Pushed, protocols, pushed } from './testing/pushed.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const inSpan = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED })

const views = `  views:
    - selector: { instrument_name: exponential }
      stream: { aggregation: { base2_exponential_bucket_histogram: } }
    - selector: { instrument_name: filtered }
      stream: { attribute_keys: { included: [kept] } }`

for (const protocol of protocols) {
  describe(`exemplars by ${protocol.protocol}`, () => {
    it('are on every kind of data point, with span, time, value and the attributes that a view takes off', async () => {
      await using backend = await pushed(protocol, { rest: views })
      const meter = backend.demo.pipeline.meterProvider.getMeter('any')
      const attributes = { kept: 1, text: 'tür', yes: true, below: -5, half: 0.5, list: ['a', 'b'] }
      meter.createCounter('counter').add(1.5, { a: 'b' }, inSpan)
      meter.createCounter('whole', { valueType: ValueType.INT }).add(7, {}, inSpan)
      meter.createUpDownCounter('up_down', { valueType: ValueType.INT }).add(-3, {}, inSpan)
      meter.createGauge('gauge').record(-0.25, {}, inSpan)
      const histogram = meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: [1, 2] } })
      for (const value of [0.5, 1.5, 9]) histogram.record(value, {}, inSpan)
      for (const value of [3, 5, 6]) meter.createHistogram('exponential').record(value, {}, inSpan)
      meter.createCounter('filtered').add(1, attributes, inSpan)
      meter.createCounter('without').add(1)

      const expected: Readonly<Record<string, readonly number[]>> = {
        counter: [1.5],
        whole: [7],
        up_down: [-3],
        gauge: [-0.25],
        histogram: [0.5, 1.5, 9],
        // 5 and 6 lie between the same powers of two: the later one stands for both.
        exponential: [3, 6],
        filtered: [1],
        without: [],
      }
      for (const [name, values] of Object.entries(expected)) {
        const exemplars = await backend.exemplars(name)
        assert.deepEqual(
          exemplars.map(({ value }) => value),
          values,
          name,
        )
        for (const exemplar of exemplars) {
          assert.deepEqual([exemplar.traceId, exemplar.spanId], [traceId, spanId])
          assert.equal(exemplar.isInt, name === 'whole' || name === 'up_down')
          assert.ok(Math.abs(exemplar.timeMs - Date.now()) < 60_000, `${exemplar.timeMs}`)
        }
      }
      const [filtered] = await backend.exemplars('filtered')
      const { kept, ...dropped } = attributes
      assert.deepEqual(filtered?.filteredAttributes, dropped)
      assert.deepEqual((await backend.exemplars('counter'))[0]?.filteredAttributes, {})
      const [point] = (await backend.metric('counter'))?.points ?? []
      assert.deepEqual([point?.value, point?.attributes], [1.5, { a: 'b' }])
      assert.equal((await backend.metric('histogram'))?.points[0]?.value, 3)
    })

    const unsampled = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.NONE })
    const filters: readonly [filter: string, active: Context, traceIds: readonly string[]][] = [
      ['trace_based', unsampled, []],
      ['trace_based', ROOT_CONTEXT, []],
      ['always_on', unsampled, [traceId]],
      ['always_on', ROOT_CONTEXT, ['']],
      ['always_off', inSpan, []],
    ]
    for (const [filter, active, traceIds] of filters) {
      const where =
        active === ROOT_CONTEXT ? 'no span' : active === inSpan ? 'a sampled span' : 'another span'
      it(`${traceIds.length > 0 ? 'are' : 'are not'} taken in ${where} with ${filter}`, async () => {
        await using backend = await pushed(protocol, { filter })
        backend.demo.pipeline.meterProvider.getMeter('any').createCounter('counter').add(1, {}, active)
        const exemplars = await backend.exemplars('counter')
        assert.deepEqual(
          exemplars.map((exemplar) => exemplar.traceId),
          traceIds,
        )
      })
    }
  })
}

describe('exemplars of a pipeline', () => {
  const [protocol] = protocols
  const scraped = '    - pull: { exporter: { prometheus/development: { port: 0 } } }'

  async function scrapedValues({ demo }: Pushed): Promise<string[]> {
    const headers = { Accept: 'application/openmetrics-text; version=1.0.0' }
    const text = await (await fetch(demo.pipeline.endpoint?.url ?? '', { headers })).text()
    return [...text.matchAll(/^counter_total\{.* # \{[^}]*\} (\S+) /gm)].map(([, value = '']) => value)
  }

  it('reach each reader, whoever reads first, and stay until another takes their place', async () => {
    await using backend = await pushed(protocol, { readers: scraped })
    const counter = backend.demo.pipeline.meterProvider.getMeter('any').createCounter('counter')
    const pushedValues = async () => (await backend.exemplars('counter')).map(({ value }) => value)
    counter.add(1, {}, inSpan)
    assert.deepEqual(await scrapedValues(backend), ['1'])
    assert.deepEqual(await pushedValues(), [1])
    counter.add(2)
    assert.deepEqual(await pushedValues(), [1])
    assert.deepEqual(await scrapedValues(backend), ['1'])
    counter.add(4, {}, inSpan)
    assert.deepEqual(await pushedValues(), [4])
    assert.deepEqual(await scrapedValues(backend), ['4'])
  })

  it('are those of the interval under delta temporality', async () => {
    await using backend = await pushed(protocol, { temporality: 'delta' })
    const counter = backend.demo.pipeline.meterProvider.getMeter('any').createCounter('counter')
    const values = async () => (await backend.exemplars('counter')).map(({ value }) => value)
    counter.add(1, {}, inSpan)
    assert.deepEqual(await values(), [1])
    counter.add(2)
    assert.deepEqual(await values(), [])
    counter.add(3, {}, inSpan)
    assert.deepEqual(await values(), [3])
  })

  const requests = {
    name: 'http.server.request.duration',
    instrument: 'histogram',
    unit: 's',
    description: 'Requests.',
    attributes: { method: ['GET', '_OTHER'], path: { limit: 10 } },
    buckets: [1],
    stream: {
      name: 'http.request.duration',
      attributes: { method: 'http.request.method', path: 'http.route' },
    },
  } as const satisfies MetricDefinition

  it('show neither what the series has under another name, nor what is sensitive', async () => {
    const rest = 'tidegauge: { sensitive: [user.name] }'
    await using backend = await pushed(protocol, { rest, catalog: [requests] })
    const meter = backend.demo.pipeline.meterProvider.getMeter('any')
    const attributes = {
      'http.request.method': 'GET',
      'http.route': '/a',
      'url.scheme': 'http',
      'user.name': 'me',
    }
    meter.createHistogram(requests.name).record(0.5, attributes, inSpan)
    const [point] = (await backend.metric('http.request.duration'))?.points ?? []
    assert.deepEqual(point?.attributes, { method: 'GET', path: '/a' })
    assert.deepEqual(point?.exemplars[0]?.filteredAttributes, { 'url.scheme': 'http' })
  })

  it('tell what a measurement was that went to the overflow series', async () => {
    const visits = {
      name: 'visits',
      instrument: 'counter',
      unit: '{visit}',
      description: 'Visits.',
      attributes: { page: { limit: 1 } },
    } as const satisfies MetricDefinition
    await using backend = await pushed(protocol, { filter: 'always_on', catalog: [visits] })
    const counter = bind(backend.demo.pipeline.meter(), visits)
    for (const page of ['a', 'b']) counter.add(1, { page })
    const points = (await backend.metric('visits'))?.points ?? []
    const shown = points.map(({ attributes, exemplars }) => [attributes, exemplars[0]?.filteredAttributes])
    assert.deepEqual(shown, [
      [{ page: 'a' }, {}],
      [{ 'otel.metric.overflow': true }, { page: 'b' }],
    ])
  })
})
