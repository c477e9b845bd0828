import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type HrTime, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  AggregationType,
  type DataPoint,
  MeterProvider,
  type MetricReader,
} from '@opentelemetry/sdk-metrics'
import { setClock } from '../../test/set-clock.ts'
import { bindSeries, type SyncInstrument } from './bound-series.ts'
import { exemplarsOf } from './exemplars.ts'
import { extendProvider } from './extend.ts'
import { TemporalReader } from './testing/temporal-reader.ts'

const hourMs = 3_600_000
const { CUMULATIVE, DELTA } = AggregationTemporality

const sampled = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
})

/** Every kind of instrument, recorded into as plain, bound or observed. */
function instrumentsOf(readers: TemporalReader[], exemplars: 'trace_based' | 'always_off' = 'trace_based') {
  const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const
  const provider = new MeterProvider({ readers, views: [{ instrumentName: 'exponential', aggregation }] })
  extendProvider(provider, { exemplarFilter: exemplars })
  const meter = provider.getMeter('m')
  const adders = [meter.createCounter('counter'), meter.createUpDownCounter('up_down')]
  const recorders = ['histogram', 'exponential'].map((name) => meter.createHistogram(name))
  const gauge = meter.createGauge('gauge')
  const all: SyncInstrument[] = [...adders, ...recorders, gauge]
  const bound = all.map((instrument) => bindSeries(instrument, { how: 'bound' }))
  let observed = 0
  const observables = [
    meter.createObservableCounter('observed_counter'),
    meter.createObservableUpDownCounter('observed_up_down'),
    meter.createObservableGauge('observed_gauge'),
  ]
  for (const one of observables) one.addCallback((result) => result.observe(observed, { how: 'observed' }))
  return (value: number, series = 'plain') => {
    observed = value
    for (const adder of adders) adder.add(value, { how: series }, sampled)
    for (const recorder of [...recorders, gauge]) recorder.record(value, { how: series }, sampled)
    for (const one of bound) one.record(value)
  }
}

interface Seen {
  readonly name: string
  readonly point: DataPoint<unknown>
}

async function pointsOf(reader: MetricReader): Promise<Seen[]> {
  const { resourceMetrics } = await reader.collect()
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) =>
      (dataPoints as DataPoint<unknown>[]).map((point) => ({ name: descriptor.name, point })),
    ),
  )
}

const millis = ([seconds, nanos]: HrTime) => seconds * 1000 + nanos / 1e6

function assertPlausible(seen: readonly Seen[], nowMs: number, oldestMs: number): void {
  assert.equal(seen.length > 8, true)
  for (const { name, point } of seen) {
    const [start, end] = [millis(point.startTime), millis(point.endTime)]
    const about = `${name} ${JSON.stringify(point.attributes)}: ${start - nowMs} to ${end - nowMs}`
    assert.ok(start <= end, about)
    assert.ok(start >= oldestMs, about)
    assert.ok(end <= nowMs, about)
    for (const { timeMs } of exemplarsOf(point)?.values() ?? []) assert.ok(timeMs <= end, `${about} exemplar`)
  }
}

describe('straightenTimes', () => {
  for (const temporality of [CUMULATIVE, DELTA]) {
    for (const stepMs of [-hourMs, -1, hourMs]) {
      it(`lets nothing begin after its own time when the clock is set by ${stepMs} ms, ${AggregationTemporality[temporality]}`, async () => {
        using clock = setClock()
        const [often, seldom] = [new TemporalReader(temporality), new TemporalReader(temporality)]
        const beganMs = Date.now()
        const record = instrumentsOf([often, seldom])
        record(1)
        assertPlausible(await pointsOf(often), Date.now(), beganMs)
        record(2)
        clock.by(stepMs)
        const oldestMs = beganMs + Math.min(0, stepMs) - 5
        record(3, 'new')
        for (const reader of [often, seldom, often, seldom]) {
          assertPlausible(await pointsOf(reader), Date.now(), oldestMs)
          record(4)
        }
      })
    }
  }

  it('moves the beginning of a series once, by as much as the clock was set back', async () => {
    using clock = setClock()
    const reader = new TemporalReader(CUMULATIVE)
    const record = instrumentsOf([reader])
    record(1)
    const startsOf = async () => {
      const seen = await pointsOf(reader)
      return new Map(seen.map(({ name, point }) => [name + point.attributes.how, millis(point.startTime)]))
    }
    const before = await startsOf()
    clock.by(-hourMs)
    record(1)
    const after = await startsOf()
    assert.deepEqual([...after.keys()], [...before.keys()])
    for (const [series, start] of after) {
      const movedMs = (before.get(series) as number) - start
      assert.ok(Math.abs(movedMs - hourMs) < 100, `${series} moved by ${movedMs} ms`)
    }
    record(1)
    assert.deepEqual(await startsOf(), after)
    clock.by(hourMs)
    assert.deepEqual(await startsOf(), after)
  })

  it('leaves the beginning of a series that is older than the step as it is', async () => {
    using clock = setClock()
    const reader = new TemporalReader(CUMULATIVE)
    const record = instrumentsOf([reader])
    record(1)
    const starts = async () => (await pointsOf(reader)).map(({ point }) => point.startTime)
    const before = await starts()
    clock.by(2 * hourMs)
    await reader.collect()
    clock.by(-hourMs)
    assert.deepEqual(await starts(), before)
  })

  it('begins a series at the time of the collection during which it began', async () => {
    const reader = new TemporalReader(CUMULATIVE)
    const provider = new MeterProvider({ readers: [reader] })
    extendProvider(provider, { exemplarFilter: 'always_off' })
    const meter = provider.getMeter('m')
    const counter = meter.createCounter('counter')
    meter.createObservableGauge('slow').addCallback(async () => {
      const beganMs = Date.now()
      while (Date.now() === beganMs) await new Promise((resolve) => setTimeout(resolve, 1))
      counter.add(1, { at: beganMs })
    })
    const [seen] = await pointsOf(reader)
    assert.deepEqual(seen?.point.startTime, seen?.point.endTime)
  })
})

describe('keepLastValues', () => {
  for (const temporality of [CUMULATIVE, DELTA]) {
    for (const exemplars of ['trace_based', 'always_off'] as const) {
      it(`lets gauges go on after a step back, ${AggregationTemporality[temporality]}, exemplars ${exemplars}`, async () => {
        using clock = setClock()
        const readers = [new TemporalReader(temporality), new TemporalReader(temporality)]
        const record = instrumentsOf(readers, exemplars)
        for (const [value, stepMs] of [
          [1, 0],
          [2, -hourMs],
          [3, 0],
          [4, 2 * hourMs],
          [5, -1],
        ] as const) {
          clock.by(stepMs)
          record(value)
          // The second reader gets what two collections have left for it.
          for (const reader of value % 2 ? readers : readers.slice(0, 1)) {
            const gauges = (await pointsOf(reader)).filter(({ name }) => name.endsWith('gauge'))
            assert.deepEqual(
              gauges.map(({ point }) => point.value),
              [value, value, value],
            )
          }
        }
      })
    }
  }
})
