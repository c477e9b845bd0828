import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Attributes, ObservableResult } from '@opentelemetry/api'
import {
  AggregationTemporality,
  MeterProvider,
  type MeterProviderOptions,
  type MetricData,
  type MetricReader,
} from '@opentelemetry/sdk-metrics'
import { extendProvider } from './extend.ts'
import { TemporalReader } from './testing/temporal-reader.ts'

const { CUMULATIVE, DELTA } = AggregationTemporality

const makers = {
  observableCounter: 'createObservableCounter',
  observableUpDownCounter: 'createObservableUpDownCounter',
  observableGauge: 'createObservableGauge',
} as const

type Kind = keyof typeof makers

/** Values by series; a series can be gone at times. */
type Reports = ReadonlyMap<string, number>

interface Setup {
  readonly kind: Kind
  readonly readers: readonly AggregationTemporality[]
  readonly limit?: number
  readonly views?: MeterProviderOptions['views']
  readonly extended?: boolean
}

/** An instrument whose series are reported by two callbacks, and readers that are asked in turn. */
function observing({ kind, readers, limit, views, extended = true }: Setup) {
  const own = readers.map((temporality) => new TemporalReader(temporality, limit))
  const provider = new MeterProvider({ readers: own, ...(views && { views }) })
  if (extended) extendProvider(provider, { exemplarFilter: 'trace_based' })
  const instrument = provider.getMeter('m')[makers[kind]]('jobs')
  let reports: Reports = new Map()
  for (const half of [0, 1]) {
    instrument.addCallback(async (result: ObservableResult) => {
      if (half === 1) await new Promise(setImmediate)
      for (const [queue, value] of reports) if (Number(queue) % 2 === half) result.observe(value, { queue })
    })
  }
  return {
    readers: own,
    report: (next: Reports) => {
      reports = next
    },
  }
}

async function metricOf(reader: MetricReader): Promise<MetricData | undefined> {
  const { resourceMetrics } = await reader.collect()
  return resourceMetrics.scopeMetrics[0]?.metrics[0]
}

async function seriesOf(reader: MetricReader): Promise<Map<string, number>> {
  const points = (await metricOf(reader))?.dataPoints ?? []
  return new Map(points.map(({ attributes, value }) => [JSON.stringify(attributes), value as number]))
}

const total = (values: Iterable<number>) => Iterator.from(values).reduce((sum, value) => sum + value, 0)

function randomly(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) % limit
  }
}

const kinds = Object.keys(makers) as Kind[]

describe('addUpObservations', () => {
  it('changes nothing in what readers see below the limit', async () => {
    for (let seed = 1; seed <= 120; seed++) {
      const histories: unknown[] = []
      for (const extended of [true, false]) {
        const below = randomly(seed)
        const kind = kinds[seed % 3] as Kind
        const views = seed % 2 ? [{ instrumentName: 'jobs', name: 'renamed' }] : []
        const { readers, report } = observing({ kind, readers: [CUMULATIVE, DELTA], views, extended })
        const seen: unknown[] = []
        for (let step = 0; step < 12; step++) {
          report(new Map(Array.from({ length: below(6) }, (_, i) => [String(i), below(50)])))
          // Each reader has its own share of what the SDK keeps, so that both read what is reported.
          for (const reader of readers) {
            const metric = await metricOf(reader)
            const points = metric?.dataPoints.map(({ attributes, value }) => ({ attributes, value }))
            seen.push({ ...metric, dataPoints: points })
          }
        }
        histories.push(JSON.parse(JSON.stringify(seen)))
      }
      assert.deepEqual(histories[0], histories[1], `seed ${seed}`)
    }
  })

  const overflow = JSON.stringify({ 'otel.metric.overflow': true })
  const limits = {
    'the limit of a reader': { limit: 4 },
    'the limit of a view': { views: [{ instrumentName: 'jobs', aggregationCardinalityLimit: 4 }] },
  }
  for (const kind of ['observableCounter', 'observableUpDownCounter'] as const) {
    for (const [name, limit] of Object.entries(limits)) {
      it(`adds up what is beyond ${name}: ${kind}, cumulative`, async () => {
        const { readers, report } = observing({ kind, readers: [CUMULATIVE, CUMULATIVE], ...limit })
        const below = randomly(7)
        let reported = new Map(Array.from({ length: 9 }, (_, i) => [String(i), 10 + below(9)]))
        for (let step = 0; step < 6; step++) {
          report(reported)
          for (const reader of readers) {
            const series = await seriesOf(reader)
            assert.equal(series.size, 4)
            assert.ok(series.has(overflow))
            assert.equal(total(series.values()), total(reported.values()), `step ${step}`)
          }
          reported = new Map(reported.entries().map(([queue, value]) => [queue, value + below(5)]))
        }
      })

      it(`adds up what is beyond ${name}: ${kind}, delta`, async () => {
        const { readers, report } = observing({ kind, readers: [DELTA], ...limit })
        const below = randomly(11)
        let reported = new Map(Array.from({ length: 9 }, (_, i) => [String(i), 10 + below(9)]))
        let told = 0
        for (let step = 0; step < 6; step++) {
          report(reported)
          told += total((await seriesOf(readers[0] as MetricReader)).values())
          assert.equal(told, total(reported.values()), `step ${step}`)
          reported = new Map(reported.entries().map(([queue, value]) => [queue, value + below(5)]))
        }
      })
    }
  }

  for (const temporality of [CUMULATIVE, DELTA]) {
    it(`keeps the last value of a gauge beyond the limit, ${AggregationTemporality[temporality]}`, async () => {
      const { readers, report } = observing({ kind: 'observableGauge', readers: [temporality], limit: 3 })
      for (const last of [9, 2, 5]) {
        report(new Map([...'0246'].map((queue) => [queue, queue === '6' ? last : 1])))
        assert.equal((await seriesOf(readers[0] as MetricReader)).get(overflow), last)
      }
    })
  }

  it('adds up what a view that takes attributes off makes one series', async () => {
    const views = [{ instrumentName: 'jobs', attributesProcessors: [{ process: (): Attributes => ({}) }] }]
    const { readers, report } = observing({ kind: 'observableCounter', readers: [CUMULATIVE], views })
    for (const more of [0, 0, 5]) {
      report(new Map([...'0123'].map((queue) => [queue, 10 + more])))
      assert.deepEqual(await seriesOf(readers[0] as MetricReader), new Map([['{}', 4 * (10 + more)]]))
    }
  })

  it('takes the last of two values for one series', async () => {
    const reader = new TemporalReader(CUMULATIVE)
    const provider = new MeterProvider({ readers: [reader] })
    extendProvider(provider, { exemplarFilter: 'trace_based' })
    const instrument = provider.getMeter('m').createObservableUpDownCounter('jobs')
    for (const value of [3, 4]) instrument.addCallback((result) => result.observe(value))
    assert.deepEqual(await seriesOf(reader), new Map([['{}', 4]]))
  })

  it('adds up what readers that collect at the same time observe', async () => {
    const { readers, report } = observing({
      kind: 'observableCounter',
      readers: [CUMULATIVE, DELTA],
      limit: 3,
    })
    let told = 0
    for (const value of [10, 10, 12]) {
      const reported = new Map([...'01234567'].map((queue) => [queue, value]))
      report(reported)
      const [whole, more] = await Promise.all(readers.map(seriesOf))
      told += total(more?.values() ?? [])
      assert.equal(total(whole?.values() ?? []), total(reported.values()))
      assert.equal(told, total(reported.values()))
    }
  })
})
