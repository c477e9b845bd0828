import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Attributes, type Context, context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AggregationType, type DataPoint } from '@opentelemetry/sdk-metrics'
import type { MetricDefinition } from '../catalog/metric.ts'
import { parseProtobuf } from '../exposition/protobuf-parser.fixture.ts'
import { openMetricsAccept, protobufAccept, type Scraped, scraped } from '../exposition/scraped.fixture.ts'
import { bind } from '../meter/bind.ts'
import { type BoundSeries, bindSeries } from './bound-series.ts'
import { type ExemplarFilter, exemplarsOf } from './exemplars.ts'

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

const traceId = '0af7651916cd43dd8448eb211c80319c'
let spans = 0
function span(traceFlags: TraceFlags): Context {
  const spanId = (++spans).toString(16).padStart(16, '0')
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags })
}
const sampled = () => span(TraceFlags.SAMPLED)
const invalid = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '0'.repeat(32),
  spanId: '0'.repeat(16),
  traceFlags: 1,
})

/** The values of the exemplars of each stream, by name. */
async function captured({ endpoint }: Scraped): Promise<Record<string, number[]>> {
  const { resourceMetrics } = await endpoint.collect()
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  return Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      (dataPoints as DataPoint<unknown>[]).flatMap((point) =>
        [...(exemplarsOf(point)?.values() ?? [])].map(({ value }) => value),
      ),
    ]),
  )
}

describe('exemplars', () => {
  it('are not kept of the zeroes that series begin with', async () => {
    const definition = {
      name: 'c',
      instrument: 'counter',
      unit: '1',
      description: 'C.',
      attributes: { kind: ['a', 'b'] },
    } as const satisfies MetricDefinition
    for (const exemplarFilter of ['always_on', 'trace_based'] as const) {
      await using target = await scraped({ exemplarFilter })
      const counter = context.with(sampled(), () => bind(target.meter, definition))
      assert.deepEqual(await captured(target), { c: [] })
      context.with(sampled(), () => counter.add(2, { kind: 'b' }))
      assert.deepEqual(await captured(target), { c: [2] })
    }
  })

  const cases: [filter: ExemplarFilter | undefined, name: string, active: Context, kept: boolean][] = [
    [undefined, 'a sampled span', sampled(), true],
    [undefined, 'a span that is not sampled', span(TraceFlags.NONE), false],
    [undefined, 'no span', ROOT_CONTEXT, false],
    [undefined, 'an invalid span', invalid, false],
    ['trace_based', 'a sampled span', sampled(), true],
    ['always_on', 'a span that is not sampled', span(TraceFlags.NONE), true],
    ['always_on', 'no span', ROOT_CONTEXT, true],
    ['always_off', 'a sampled span', sampled(), false],
  ]
  for (const [exemplarFilter, name, active, kept] of cases) {
    it(`${kept ? 'are' : 'are not'} kept in ${name} with ${exemplarFilter ?? 'no filter'}`, async () => {
      await using target = await scraped(exemplarFilter ? { exemplarFilter } : {})
      const counter = target.meter.createCounter('c')
      context.with(active, () => counter.add(7))
      assert.deepEqual(await captured(target), { c: kept ? [7] : [] })
    })
  }

  it('are taken in the context that a measurement names, rather than in the active one', async () => {
    await using target = await scraped()
    const counter = target.meter.createCounter('c')
    context.with(sampled(), () => counter.add(1, {}, ROOT_CONTEXT))
    assert.deepEqual(await captured(target), { c: [] })
    counter.add(2, {}, sampled())
    assert.deepEqual(await captured(target), { c: [2] })
  })

  it('stay until a later one takes their place, bucket by bucket', async () => {
    await using target = await scraped()
    const histogram = target.meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 10] } })
    const record = (value: number) => histogram.record(value, {}, sampled())
    for (const value of [0.5, 1, 5, 50]) record(value)
    assert.deepEqual((await captured(target)).h?.sort(), [1, 5, 50])
    record(7)
    histogram.record(0.1)
    assert.deepEqual((await captured(target)).h?.sort(), [1, 50, 7])
    const { sample } = await target.parsed(openMetricsAccept)
    const values = ['1.0', '10.0', '+Inf'].map((le) => sample('h_bucket', { le }).exemplar?.value)
    assert.deepEqual(values, [1, 7, 50])
    assert.deepEqual(
      ['h_sum', 'h_count', 'h_created'].map((name) => sample(name).exemplar),
      [undefined, undefined, undefined],
    )
  })

  it('are taken from the first span on, when a context manager is registered after the instrument was used', async () => {
    context.disable()
    await using target = await scraped()
    const counter = target.meter.createCounter('c')
    counter.add(1)
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    context.with(sampled(), () => counter.add(2))
    assert.deepEqual(await captured(target), { c: [2] })
  })

  it('are kept for each stream of a view, with its attributes', async () => {
    const views = [
      { instrumentName: 'c', name: 'renamed', attributesProcessors: [{ process: () => ({ only: 'this' }) }] },
      { instrumentName: 'c', name: 'second' },
    ]
    await using target = await scraped({}, { views })
    target.meter.createCounter('c').add(3, { a: 1 }, sampled())
    assert.deepEqual(await captured(target), { renamed: [3], second: [3] })
  })

  it('are taken from bound handles as well', async () => {
    await using target = await scraped()
    const definition = {
      name: 'bound.things',
      instrument: 'counter',
      unit: '',
      description: 'Things.',
      attributes: { kind: ['a', 'b'] },
    } as const satisfies MetricDefinition
    const handle = bind(target.meter, definition).bind({ kind: 'a' })
    handle.add(1)
    context.with(sampled(), () => handle.add(2))
    handle.add(3)
    assert.deepEqual(await captured(target), { 'bound.things': [2] })
    assert.equal((await target.parsed()).sample('bound_things_total', { kind: 'a' }).value, 6)
  })

  it('have the attributes that a view takes off, from bound handles of one series too', async () => {
    const views = [
      { instrumentName: 'c', attributesProcessors: [{ process: ({ a }: Attributes) => (a ? { a } : {}) }] },
    ]
    await using target = await scraped({}, { views })
    const counter = target.meter.createCounter('c')
    const attributes = { a: 1, user: 'me', empty: undefined }
    const filtered = async () => {
      const { resourceMetrics } = await target.endpoint.collect()
      const [point] = resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints ?? []
      return point && [...(exemplarsOf(point)?.values() ?? [])].map((one) => one.filteredAttributes)
    }
    counter.add(1, attributes, sampled())
    assert.deepEqual(await filtered(), [{ user: 'me' }])
    counter.add(1, { a: 1 }, sampled())
    assert.deepEqual(await filtered(), [undefined])
    const [mine, yours] = ['me', 'you'].map((user) => bindSeries(counter, { a: 1, user }))
    const inSpan = (series?: BoundSeries) => context.with(sampled(), () => series?.record(1))
    // The first recording of an interval takes another way than those that follow.
    for (let i = 0; i < 3; i++) inSpan(mine)
    assert.deepEqual(await filtered(), [{ user: 'me' }])
    for (const series of [mine, yours, mine, yours]) inSpan(series)
    assert.deepEqual(await filtered(), [{ user: 'you' }])
    yours?.record(1)
    assert.deepEqual(await filtered(), [{ user: 'you' }])
  })

  it('appear in protobuf for counters, classic and native histograms', async () => {
    const native = {
      instrumentName: 'native',
      aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
    } as const
    await using target = await scraped({}, { views: [native] })
    target.meter.createCounter('c').add(1, {}, sampled())
    target.meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1] } }).record(2, {}, sampled())
    const histogram = target.meter.createHistogram('native')
    for (const value of [3, 5, 6]) histogram.record(value, {}, sampled())
    const families = parseProtobuf((await target.get(protobufAccept)).bytes)
    const metric = (name: string) => families.find((family) => family.name === name)?.metric[0]
    const found = [
      metric('c_total')?.counter?.exemplar,
      metric('h')?.histogram?.bucket[1]?.exemplar,
      ...(metric('native')?.histogram?.exemplars ?? []),
    ]
    // 5 and 6 lie between the same powers of two: the later one stands for both.
    assert.deepEqual(
      found.map((exemplar) => exemplar?.value),
      [1, 2, 3, 6],
    )
    for (const exemplar of found) {
      assert.deepEqual(
        exemplar?.label.map(({ name }) => name),
        ['trace_id', 'span_id'],
      )
      assert.equal(exemplar?.label[0]?.value, traceId)
      assert.ok(Math.abs((exemplar?.timestamp.seconds ?? 0) - Date.now() / 1000) < 60)
    }
  })

  it('change no value', async () => {
    await using plain = await scraped({ exemplarFilter: 'always_off' })
    await using capturing = await scraped({ exemplarFilter: 'always_on' })
    for (const { meter } of [plain, capturing]) {
      const counter = meter.createCounter('c')
      const histogram = meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 2] } })
      for (let i = 0; i < 5; i++) {
        counter.add(i, { i: i % 2 })
        histogram.record(i, {}, sampled())
        counter.add(-1)
      }
    }
    assert.equal((await capturing.get()).text, (await plain.get()).text)
  })

  it('leave each series the time at which it began, though they share it', async (test) => {
    await using target = await scraped()
    const counter = target.meter.createCounter('c')
    const times = [0, 0, 1, 1000, 1000, 2]
    test.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 })
    for (const [series, time] of times.entries()) {
      test.mock.timers.setTime(1_700_000_000_000 + time)
      counter.add(1, { series })
    }
    test.mock.timers.reset()
    const { resourceMetrics } = await target.endpoint.collect()
    const points = resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints as DataPoint<number>[]
    const began = points.map(
      ({ startTime: [seconds, nanos] }) => (seconds - 1_700_000_000) * 1000 + nanos / 1e6,
    )
    assert.deepEqual(began, times)
    assert.equal(points[0]?.startTime, points[1]?.startTime)
  })

  it('find their room in a long answer, on each of its lines', async () => {
    await using target = await scraped({ withoutScopeInfo: true })
    const boundaries = Array.from({ length: 60 }, (_, i) => i)
    const histogram = target.meter.createHistogram('h', { advice: { explicitBucketBoundaries: boundaries } })
    for (let series = 0; series < 300; series++) {
      for (const value of [...boundaries, 99]) {
        histogram.record(value, { series: 'x'.repeat(series % 7) + series }, sampled())
      }
    }
    const { samples } = await target.parsed(openMetricsAccept)
    const buckets = samples.filter(({ name }) => name === 'h_bucket')
    assert.equal(buckets.length, 300 * 61)
    for (const { labels, value, exemplar } of buckets) {
      const le = labels.get('le') ?? ''
      assert.equal(exemplar?.value, le === '+Inf' ? 99 : Number(le))
      assert.equal(value, le === '+Inf' ? 61 : Number(le) + 1)
    }
  })
})
