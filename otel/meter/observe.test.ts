import assert from 'node:assert/strict'
import { it } from 'node:test'
import { metrics } from '@opentelemetry/api'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { MetricDefinition } from '../catalog/metric.ts'
import { pipelineCallbackErrors, pipelineMeasurementsDropped } from '../catalog/pipeline/metrics.ts'
import { readAsyncStorages } from '../sdk/storages.ts'
import { disabledMeter } from './meter-settings.ts'
import { observe } from './observe.ts'
import { createTestMeter } from './test-meter.ts'

const disk = {
  name: 'test.disk',
  instrument: 'gauge',
  unit: 'By',
  description: 'Disk.',
} as const satisfies MetricDefinition
const peers = {
  name: 'test.peers',
  instrument: 'gauge',
  unit: '',
  description: 'Peers.',
  attributes: { peer: { limit: 10 } },
} as const satisfies MetricDefinition
const sent = { ...peers, name: 'test.sent', instrument: 'counter' } as const satisfies MetricDefinition
const state = {
  name: 'test.state',
  instrument: 'gauge',
  unit: '',
  description: 'State.',
  attributes: { state: ['on', 'off'] },
} as const satisfies MetricDefinition

it('knows the inside of the installed SDK', () => {
  const { meter } = createTestMeter()
  assert.equal(readAsyncStorages(meter.createObservableGauge('g'))?.length, 1)
})

for (const way of ['sync', 'async'] as const) {
  it(`exports what a ${way} read returns now, and nothing that it no longer returns`, async () => {
    const { meter, value } = createTestMeter()
    let now: ReadonlyMap<string, number> = new Map([
      ['a', 1],
      ['b', 2],
    ])
    const read = () => now.entries().map(([peer, value]) => ({ value, attributes: { peer } }))
    observe(meter, peers, way === 'sync' ? read : async () => read())
    let size: number | undefined = 7
    observe(meter, disk, way === 'sync' ? () => size : async () => size)
    assert.equal(await value(peers, { peer: 'b' }), 2)
    assert.equal(await value(disk), 7)
    now = new Map([['a', 5]])
    size = undefined
    assert.equal(await value(peers, { peer: 'a' }), 5)
    assert.equal(await value(peers, { peer: 'b' }), undefined)
    assert.equal(await value(disk), undefined)
    now = new Map([['b', 9]])
    assert.equal(await value(peers, { peer: 'a' }), undefined)
    assert.equal(await value(peers, { peer: 'b' }), 9)
  })
}

for (const isShared of [true, false]) {
  it(`counts on from the whole value when a counter comes back, for readers ${isShared ? 'together' : 'apart'}`, async () => {
    const [cumulative, delta] = [
      new TestReader(AggregationTemporality.CUMULATIVE),
      new TestReader(AggregationTemporality.DELTA),
    ]
    // With a view the readers share a storage.
    const views = isShared ? [{ instrumentName: sent.name }] : []
    const meter = new MeterProvider({ readers: [cumulative, delta], views }).getMeter('test')
    let now: number | undefined = 10
    observe(meter, sent, () => (now === undefined ? [] : [{ value: now, attributes: { peer: 'a' } }]))
    assert.deepEqual(await cumulative.values(), [10])
    assert.deepEqual(await delta.values(), [10])
    now = 15
    assert.deepEqual(await delta.values(), [5])
    assert.deepEqual(await cumulative.values(), [15])
    now = undefined
    assert.deepEqual(await cumulative.values(), [])
    now = 3
    assert.deepEqual(await cumulative.values(), [3])
    assert.deepEqual(await delta.values(), [3])
    // Nor does a reader that was not there to see it end add the two lives up.
    now = 20
    assert.deepEqual(await cumulative.values(), [20])
    now = undefined
    assert.deepEqual(await cumulative.values(), [])
    now = 4
    assert.deepEqual(await delta.values(), [4])
  })
}

const failures = [
  {
    what: 'throws',
    reason: 'error',
    fail: () => {
      throw new Error('x')
    },
  },
  { what: 'rejects', reason: 'error', fail: () => Promise.reject(new Error('x')) },
  { what: 'hangs', reason: 'timeout', fail: () => new Promise<number>(() => {}) },
] as const

for (const { what, reason, fail } of failures) {
  it(`leaves only its own metric out when a read ${what}, and says so in the same collection`, async () => {
    const { meter, collect, value } = createTestMeter({ observeTimeoutMs: 5 })
    let isBroken = false
    observe(meter, disk, () => (isBroken ? fail() : 1))
    observe(meter, state, () => [{ value: 1, attributes: { state: 'on' } }])
    assert.equal(await value(disk), 1)
    isBroken = true
    const { resourceMetrics, errors } = await collect()
    const names = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map((one) => one.descriptor.name),
    )
    assert.deepEqual(names.sort(), ['pipeline.callback_errors', 'test.state'])
    assert.match(String(errors[0]), /test\.disk could not be observed/)
    assert.ok(((await value(pipelineCallbackErrors, { metric: disk.name, reason })) ?? 0) >= 1)
  })
}

it('does not begin a second read while one is under way, and recovers when it ends', async () => {
  const { meter, value } = createTestMeter({ observeTimeoutMs: 5 })
  let reads = 0
  let finish: (value: number) => void = () => {}
  const pending = new Promise<number>((resolve) => {
    finish = resolve
  })
  observe(meter, disk, () => {
    reads++
    return reads === 1 ? pending : 8
  })
  assert.equal(await value(disk), undefined)
  assert.equal(await value(disk), undefined)
  assert.equal(reads, 1)
  finish(7)
  await pending
  assert.equal(await value(disk), 8)
  assert.equal(reads, 2)
})

it('drops what is no number, and makes _OTHER of what is not declared', async () => {
  const { meter, value } = createTestMeter()
  observe(meter, disk, () => Number.NaN)
  observe(meter, state, () => [{ value: 1, attributes: { state: 'broken' } }] as never)
  assert.equal(await value(disk), undefined)
  assert.equal(await value(state, { state: '_OTHER' as never }), 1)
  assert.ok(((await value(pipelineMeasurementsDropped, { reason: 'not_finite' })) ?? 0) >= 1)
  assert.ok(((await value(pipelineMeasurementsDropped, { reason: 'undeclared_value' })) ?? 0) >= 1)
})

it('ends with its series gone', async () => {
  const { meter, value } = createTestMeter()
  const end = observe(meter, disk, () => 1)
  assert.equal(await value(disk), 1)
  end()
  assert.equal(await value(disk), undefined)
})

it('refuses a histogram, and a meter that was taken too early', () => {
  const { meter } = createTestMeter()
  const histogram = { ...disk, instrument: 'histogram' } as const
  assert.throws(() => observe(meter, histogram, () => 1), /test\.disk is a histogram/)
  assert.throws(() => observe(metrics.getMeter('early'), disk, () => 1), /no meter provider existed/)
})

it('does nothing on a meter that is disabled', () => {
  observe(disabledMeter(), disk, () => assert.fail('must not be read'))()
})

class TestReader extends MetricReader {
  constructor(temporality: AggregationTemporality) {
    super({ aggregationTemporalitySelector: () => temporality })
  }

  async values(): Promise<unknown[]> {
    const { resourceMetrics } = await this.collect()
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value)),
    )
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
