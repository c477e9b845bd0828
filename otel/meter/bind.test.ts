import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { it } from 'node:test'
import type * as api from '@opentelemetry/api'
import { metrics } from '@opentelemetry/api'
import type { MetricDefinition } from '../catalog/metric.ts'
import { pipelineMeasurementsDropped } from '../catalog/pipeline/metrics.ts'
import { bind } from './bind.ts'
import { disabledMeter } from './meter-settings.ts'
import { createTestMeter } from './test-meter.ts'

const type = ['x', 'y'] as const
const events = {
  name: 'test.events',
  instrument: 'counter',
  unit: '{event}',
  description: 'Events.',
  attributes: { type, op: ['a', 'b'] },
} as const satisfies MetricDefinition
const plain = {
  name: 'test.plain',
  instrument: 'counter',
  unit: '',
  description: 'Plain.',
} as const satisfies MetricDefinition
const open = {
  name: 'test.open',
  instrument: 'counter',
  unit: '',
  description: 'Open.',
  attributes: { peer: { limit: 3 } },
} as const satisfies MetricDefinition
const level = {
  name: 'test.level',
  instrument: 'gauge',
  unit: '',
  description: 'Level.',
} as const satisfies MetricDefinition
const busy = {
  name: 'test.busy',
  instrument: 'upDownCounter',
  unit: '',
  description: 'Busy.',
} as const satisfies MetricDefinition
const took = {
  name: 'test.took',
  instrument: 'histogram',
  unit: 's',
  description: 'Took.',
  buckets: [1, 2],
  attributes: { type },
} as const satisfies MetricDefinition

it('records with and without attributes, through the instrument and through handles', async () => {
  const { meter, value } = createTestMeter()
  const counter = bind(meter, events)
  counter.add(1, { type: 'x', op: 'a' })
  counter.add(1, { op: 'a', type: 'x' })
  counter.bind({ type: 'x', op: 'a' }).add(3)
  bind(meter, plain).add(2)
  bind(meter, level).record(-4)
  bind(meter, busy).bind().add(-1)
  bind(meter, took).record(1.5, { type: 'y' })
  bind(meter, open).add(1, { peer: 'p' })
  assert.equal(await value(events, { type: 'x', op: 'a' }), 5)
  assert.equal(await value(plain), 2)
  assert.equal(await value(level), -4)
  assert.equal(await value(busy), -1)
  assert.equal(await value(took, { type: 'y' }), 1)
  assert.equal(await value(open, { peer: 'p' }), 1)
})

it('gives a histogram the buckets of its definition', async () => {
  const { meter, collect } = createTestMeter()
  bind(meter, took).record(1.5, { type: 'y' })
  const [metric] = (await collect()).resourceMetrics.scopeMetrics[0]?.metrics ?? []
  const measured = metric?.dataPoints[0]?.value as { readonly buckets: object } | undefined
  assert.deepEqual(measured?.buckets, {
    boundaries: [1, 2],
    counts: [0, 1, 0],
  })
})

it('exports zeroes from the start for closed counters, and only for them', async () => {
  const { meter, value } = createTestMeter()
  for (const definition of [events, plain, open, level, busy, took]) bind<MetricDefinition>(meter, definition)
  assert.equal(await value(events, { type: 'y', op: 'b' }), 0)
  assert.equal(await value(plain), 0)
  assert.equal(await value(busy), 0)
  for (const definition of [open, level, took])
    assert.equal(await value<MetricDefinition>(definition), undefined)
})

it('exports no zeroes where they are switched off', async () => {
  const { meter, value } = createTestMeter({ zeroInit: false })
  bind(meter, plain)
  assert.equal(await value(plain), undefined)
})

const strays = [
  { stray: { type: 'z', op: 'a' }, becomes: { type: '_OTHER', op: 'a' }, reason: 'undeclared_value' },
  { stray: { op: 'a' }, becomes: { type: '_OTHER', op: 'a' }, reason: 'undeclared_value' },
  { stray: { type: 1, op: 'a' }, becomes: { type: '_OTHER', op: 'a' }, reason: 'undeclared_value' },
  {
    stray: { type: 'x', op: 'a', did: 'did:plc:1' },
    becomes: { type: 'x', op: 'a' },
    reason: 'undeclared_attribute',
  },
] as const

for (const { stray, becomes, reason } of strays) {
  it(`turns ${JSON.stringify(stray)} into ${JSON.stringify(becomes)} each time, and counts it`, async () => {
    const { meter, collect, value } = createTestMeter({ zeroInit: false })
    const counter = bind(meter, events)
    counter.add(1, stray as never)
    counter.add(1, stray as never)
    const metric = (await collect()).resourceMetrics.scopeMetrics[0]?.metrics[0]
    assert.deepEqual(
      metric?.dataPoints.map((point) => [point.attributes, point.value]),
      [[becomes, 2]],
    )
    assert.equal(await value(pipelineMeasurementsDropped, { reason }), 2)
  })
}

for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '5', undefined, null]) {
  it(`drops ${JSON.stringify(value) ?? 'undefined'} (${String(value)}) and counts it`, async () => {
    const { meter, value: read } = createTestMeter()
    const instruments = [bind(meter, plain), bind(meter, busy)]
    for (const instrument of instruments) instrument.add(value as never)
    bind(meter, level).record(value as never)
    assert.equal(await read(plain), 0)
    assert.equal(await read(level), undefined)
    assert.equal(await read(pipelineMeasurementsDropped, { reason: 'not_finite' }), 3)
  })
}

it('lets no negative value into a counter or a histogram', async () => {
  const { meter, value } = createTestMeter()
  bind(meter, plain).add(-1)
  bind(meter, took).record(-1, { type: 'x' })
  assert.equal(await value(plain), 0)
  assert.equal(await value(took), undefined)
})

it('takes one in n measurements of a sampled histogram, n times', async () => {
  const { meter, value } = createTestMeter({ sampleRate: 0.25 })
  const histogram = bind(meter, { ...took, sampled: true })
  const handle = histogram.bind({ type: 'x' })
  for (let i = 0; i < 100; i++) handle.record(1)
  assert.equal(await value(took), 100)
})

it('refuses a meter that was taken before its provider existed', () => {
  // What an application in CommonJS has is another copy of the API.
  const { metrics: required } = createRequire(import.meta.url)('@opentelemetry/api') as typeof api
  assert.notEqual(required, metrics)
  for (const early of [metrics.getMeter('early'), required.getMeter('early')]) {
    assert.throws(() => bind(early, plain), /no meter provider existed when it was taken/)
  }
})

it('does nothing on a meter that is disabled', () => {
  bind(disabledMeter(), plain).add(1)
  bind(disabledMeter(), took).bind({ type: 'x' }).record(1)
})

it('does not compile with what is not declared', () => {
  const { meter } = createTestMeter()
  const counter = bind(meter, events)
  // @ts-expect-error an undeclared value
  counter.add(1, { type: 'z', op: 'a' })
  // @ts-expect-error a missing attribute
  counter.add(1, { type: 'x' })
  // @ts-expect-error an undeclared attribute
  counter.add(1, { type: 'x', op: 'a', did: '' })
  // @ts-expect-error attributes for a metric without
  bind(meter, plain).add(1, {})
  // @ts-expect-error a counter has no record
  assert.equal(counter.record === undefined, false)
})
