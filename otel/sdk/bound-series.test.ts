import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Attributes, type Context, createNoopMeter, ValueType } from '@opentelemetry/api'
import {
  AggregationTemporality,
  AggregationType,
  createAllowListAttributesProcessor,
  createDenyListAttributesProcessor,
  MeterProvider,
  type MeterProviderOptions,
  MetricReader,
} from '@opentelemetry/sdk-metrics'
import { type BoundSeries, bindSeries, isFast, type SyncInstrument } from './bound-series.ts'

const { CUMULATIVE, DELTA } = AggregationTemporality

const instruments = ['counter', 'upDownCounter', 'gauge', 'histogram'] as const

type Views = NonNullable<MeterProviderOptions['views']>

interface Setup {
  readonly name: string
  readonly readers: readonly AggregationTemporality[]
  readonly views?: Views
  readonly cardinality?: number
}

const each = (view: (instrument: string) => Views): Views => instruments.flatMap(view)

const setups: readonly Setup[] = [
  { name: 'one cumulative reader', readers: [CUMULATIVE] },
  { name: 'one delta reader', readers: [DELTA] },
  { name: 'cumulative and delta', readers: [CUMULATIVE, DELTA] },
  {
    name: 'views that rename streams and attributes',
    readers: [CUMULATIVE, DELTA],
    views: each((instrumentName) => [
      {
        instrumentName,
        name: `${instrumentName}_new`,
        attributesProcessors: [{ process: ({ a, b }) => ({ p: a, q: b }) }],
      },
    ]),
  },
  {
    name: 'views that split a stream',
    readers: [CUMULATIVE, DELTA],
    views: each((instrumentName) => [
      {
        instrumentName,
        name: `${instrumentName}_1`,
        attributesProcessors: [createAllowListAttributesProcessor(['a'])],
      },
      {
        instrumentName,
        name: `${instrumentName}_2`,
        attributesProcessors: [createDenyListAttributesProcessor(['a'])],
      },
    ]),
  },
  {
    name: 'views that drop every attribute',
    readers: [DELTA, CUMULATIVE],
    views: each((instrumentName) => [
      { instrumentName, attributesProcessors: [createAllowListAttributesProcessor([])] },
    ]),
  },
  {
    name: 'views that drop a metric and sum a histogram',
    readers: [CUMULATIVE, DELTA],
    views: [
      { instrumentName: 'counter', aggregation: { type: AggregationType.DROP } },
      { instrumentName: 'histogram', aggregation: { type: AggregationType.SUM } },
    ],
  },
  {
    name: 'exponential histograms',
    readers: [CUMULATIVE, DELTA],
    views: [{ instrumentName: 'histogram', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  },
  { name: 'overflow at the limit of the reader', readers: [CUMULATIVE, DELTA], cardinality: 5 },
  { name: 'nothing but overflow', readers: [DELTA], cardinality: 1 },
  {
    name: 'overflow at the limit of a view',
    readers: [CUMULATIVE, DELTA],
    views: each((instrumentName) => [{ instrumentName, aggregationCardinalityLimit: 4 }]),
  },
]

const runs = 250
const steps = 40

for (const setup of setups) {
  it(`exports the same bound and unbound: ${setup.name}`, async () => {
    for (let seed = 1; seed <= runs; seed++) await compare(setup, seed)
  })
}

/** Records the same random sequence bound into one provider and unbound into another, collecting in between. */
async function compare(setup: Setup, seed: number): Promise<void> {
  const [unbound, bound] = [createSide(setup), createSide(setup)]
  const handles = new Map<string, BoundSeries>()
  const random = createRandom(seed)
  const collect = async (reader: number) => {
    assert.deepEqual(
      await bound.collect(reader),
      await unbound.collect(reader),
      `${setup.name}, seed ${seed}`,
    )
  }
  for (let step = 0; step < steps; step++) {
    if (random() < 0.1) await collect(Math.floor(random() * setup.readers.length))
    const kind = instruments[Math.floor(random() * instruments.length)] as (typeof instruments)[number]
    const attributes = { a: Math.floor(random() * 4), b: `v${Math.floor(random() * 3)}` }
    const value = Math.round(random() * 20) - (kind === 'gauge' || kind === 'upDownCounter' ? 10 : 0)
    record(unbound.instruments[kind], value, attributes)
    if (random() < 0.2) record(bound.instruments[kind], value, attributes)
    else {
      const key = kind + JSON.stringify(attributes)
      const handle = handles.get(key) ?? bindSeries(bound.instruments[kind], attributes)
      handles.set(key, handle)
      assert.ok(isFast(handle), setup.name)
      handle.record(value)
    }
  }
  for (const reader of setup.readers.keys()) await collect(reader)
}

function createSide({ readers: temporalities, views = [], cardinality }: Setup) {
  const readers = temporalities.map((temporality) => new TestReader(temporality, cardinality))
  const meter = new MeterProvider({ readers, views }).getMeter('test')
  return {
    instruments: {
      counter: meter.createCounter('counter'),
      upDownCounter: meter.createUpDownCounter('upDownCounter'),
      gauge: meter.createGauge('gauge'),
      histogram: meter.createHistogram('histogram', { advice: { explicitBucketBoundaries: [1, 5] } }),
    } satisfies Record<string, SyncInstrument>,
    collect: async (reader: number) => {
      const { resourceMetrics } = await (readers[reader] as TestReader).collect()
      return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
        metrics.map(({ descriptor, aggregationTemporality, dataPointType, dataPoints }) => {
          const points = dataPoints.map(({ attributes, value }) => ({ attributes, value }))
          return { name: descriptor.name, aggregationTemporality, dataPointType, points }
        }),
      )
    },
  }
}

function record(instrument: SyncInstrument, value: number, attributes: Attributes): void {
  if ('add' in instrument) instrument.add(value, attributes)
  else instrument.record(value, attributes)
}

class TestReader extends MetricReader {
  constructor(temporality: AggregationTemporality, cardinality = 2000) {
    super({ aggregationTemporalitySelector: () => temporality, cardinalitySelector: () => cardinality })
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

it('knows the inside of the installed SDK, for every instrument', () => {
  for (const instrument of Object.values(createSide({ name: '', readers: [CUMULATIVE] }).instruments)) {
    assert.ok(isFast(bindSeries(instrument, { a: 1 })))
  }
})

it('copies the attributes', async () => {
  const { instruments, collect } = createSide({ name: '', readers: [CUMULATIVE] })
  const attributes = { a: 1 }
  const series = bindSeries(instruments.counter, attributes)
  attributes.a = 2
  series.record(1)
  assert.deepEqual((await collect(0))[0]?.points, [{ attributes: { a: 1 }, value: 1 }])
})

const meter = new MeterProvider({ readers: [new TestReader(CUMULATIVE)] }).getMeter('test')
const contextView: Views = [
  {
    instrumentName: '*',
    attributesProcessors: [{ process: (incoming: Attributes, _context?: Context) => incoming }],
  },
]
const unknown: readonly { readonly what: string; readonly instrument: SyncInstrument }[] = [
  { what: 'an instrument of another implementation', instrument: createNoopMeter().createCounter('c') },
  { what: 'an integer instrument', instrument: meter.createCounter('int', { valueType: ValueType.INT }) },
  {
    what: 'a storage of unknown shape',
    instrument: Object.assign(meter.createCounter('s'), { _writableMetricStorage: { record() {} } }),
  },
  {
    what: 'a view that looks at the context',
    instrument: createSide({ name: '', readers: [CUMULATIVE], views: contextView }).instruments.counter,
  },
]

for (const { what, instrument } of unknown) {
  it(`falls back to plain calls for ${what}`, () => {
    const series = bindSeries(instrument, { a: 1 })
    assert.equal(isFast(series), false)
    series.record(1)
  })
}
