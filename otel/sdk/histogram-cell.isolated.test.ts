import assert from 'node:assert/strict'
import { it } from 'node:test'
import { context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { quickened } from './histogram-cell.ts'
import { type Accumulation, readStorages } from './storages.ts'

it('knows the histogram of the installed SDK', () => {
  const accumulation = recorded(createMeter().createHistogram('histogram'), (one) => one.record(1))
  assert.notEqual(quickened(accumulation, false), accumulation)
})

it('gives back what it does not know', () => {
  const counter = recorded(createMeter().createCounter('counter'), (one) => one.add(1))
  const strange = { record() {}, _current: {}, _boundaries: [1] }
  const replaced = recorded(createMeter().createHistogram('replaced'), (one) => one.record(1)) as Accumulation
  replaced.record = () => {}
  for (const accumulation of [counter, strange, replaced, undefined])
    assert.equal(quickened(accumulation, false), accumulation)
})

const sampled = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED }

it('leaves what is recorded inside of a span to a recording that keeps exemplars', () => {
  const accumulation = recorded(createMeter().createHistogram('spans'), (one) =>
    one.record(1),
  ) as Accumulation
  const inSpans: number[] = []
  accumulation.record = (value) => void inSpans.push(value)
  const cell = quickened(accumulation, true)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  cell?.record(2)
  context.with(trace.setSpanContext(ROOT_CONTEXT, sampled), () => cell?.record(3))
  context.disable()
  assert.deepEqual(inSpans, [3])
})

const values = [
  -0,
  0,
  0.5,
  1,
  1.5,
  2,
  5,
  7,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NaN,
]

for (const boundaries of [[], [0], [1, 2, 5], [1, 2, 5, 7]]) {
  it(`puts every value into the bucket that the SDK would, with boundaries ${boundaries.join(' ') || 'none'}`, () => {
    const [plain, quick] = ['plain', 'quick'].map((name) => {
      const instrument = createMeter().createHistogram(name, {
        advice: { explicitBucketBoundaries: boundaries },
      })
      return recorded(instrument, (one) => one.record(3))
    }) as [Accumulation, Accumulation]
    const cell = quickened(quick, false)
    for (const value of values) {
      plain.record(value)
      cell?.record(value)
      assert.deepEqual(Object.entries(quick).slice(1), Object.entries(plain).slice(1), String(value))
    }
  })
}

function recorded<Instrument extends object>(
  instrument: Instrument,
  record: (instrument: Instrument) => void,
) {
  record(instrument)
  return readStorages(instrument)?.[0]?._deltaMetricStorage._activeCollectionStorage._valueMap.values().next()
    .value
}

function createMeter() {
  return new MeterProvider({ readers: [new TestReader()] }).getMeter('test')
}

class TestReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
