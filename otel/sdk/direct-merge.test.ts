import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  AggregationTemporality,
  AggregationType,
  type CollectionResult,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics'
import { mergeDirectly } from './direct-merge.ts'
import { meterStates } from './provider-state.ts'

class Reader extends MetricReader {
  readonly producers: unknown[] = []
  readonly #spared: boolean

  constructor(temporality: AggregationTemporality, spared: boolean) {
    super({ aggregationTemporalitySelector: () => temporality })
    this.#spared = spared
  }

  override setMetricProducer(producer: Parameters<MetricReader['setMetricProducer']>[0]): void {
    super.setMetricProducer(producer)
    this.producers.push(producer)
    if (this.#spared) mergeDirectly(producer)
  }

  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

const exponential = {
  instrumentName: 'e',
  aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
} as const
const split = { instrumentName: 'c', name: 'split', attributesProcessors: [{ process: () => ({}) }] }

/** What readers of both temporalities see of a random sequence, without the times. */
async function history(seed: number, spared: boolean): Promise<unknown[]> {
  let state = seed
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) % limit
  }
  const kinds = [
    AggregationTemporality.CUMULATIVE,
    AggregationTemporality.CUMULATIVE,
    AggregationTemporality.DELTA,
  ]
  const readers = kinds.map((kind) => new Reader(kind, spared))
  const views = [[], [exponential], [exponential, split, { instrumentName: 'c', name: 'c' }]][seed % 3] ?? []
  const meter = new MeterProvider({ readers, views }).getMeter('m')
  const counter = meter.createCounter('c')
  const instruments = [
    (value: number, attributes: object) => counter.add(value, { ...attributes }),
    (value: number, attributes: object) => meter.createUpDownCounter('u').add(value - 3, { ...attributes }),
    (value: number, attributes: object) => meter.createHistogram('h').record(value, { ...attributes }),
    (value: number, attributes: object) => meter.createHistogram('e').record(value, { ...attributes }),
  ]
  const seen: unknown[] = []
  for (let step = 0; step < 120; step++) {
    if (below(8) === 0) seen.push(comparable(await (readers[below(3)] as Reader).collect()))
    else instruments[below(4)]?.(below(9), below(3) ? { k: below(5) } : {})
  }
  for (const reader of readers) seen.push(comparable(await reader.collect()))
  return seen
}

function comparable({ resourceMetrics }: CollectionResult): unknown {
  return JSON.parse(
    JSON.stringify(resourceMetrics.scopeMetrics, (key, value) =>
      key === 'startTime' || key === 'endTime' ? undefined : value,
    ),
  )
}

describe('mergeDirectly', () => {
  it('changes nothing in what any reader sees', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      assert.deepEqual(await history(seed, true), await history(seed, false), `seed ${seed}`)
    }
  })

  it('takes effect in this version of the SDK', async () => {
    const reader = new Reader(AggregationTemporality.CUMULATIVE, true)
    const meter = new MeterProvider({ readers: [reader] }).getMeter('m')
    const counter = meter.createCounter('c')
    counter.add(1)
    const [state] = meterStates(reader.producers[0])
    assert.ok(state, 'the inside of the SDK is known')
    const registry = state.metricStorageRegistry as {
      getStorages(collector: unknown): Record<string, object>[]
    }
    const [storage] = registry.getStorages(reader.producers[0])
    assert.ok(Object.hasOwn(storage?._temporalMetricStorage ?? {}, 'buildMetrics'))
  })

  it('leaves an SDK that it does not know alone', () => {
    for (const producer of [
      undefined,
      {},
      { _sharedState: {} },
      { _sharedState: { meterSharedStates: new Map() } },
    ]) {
      mergeDirectly(producer)
    }
  })
})
