import type { Attributes, Meter, Observable } from '@opentelemetry/api'
import {
  AggregationType,
  type DataPoint,
  DataPointType,
  type MeterProvider,
  type MeterProviderOptions,
  type MetricData,
  type MetricProducer,
  type MetricReader,
} from '@opentelemetry/sdk-metrics'
import type { Ability } from './abilities.ts'
import { bindSeries, isFast, isQuickened } from './bound-series.ts'
import { CallbackRun, collectGuarded } from './callbacks.ts'
import { firstMerged } from './direct-merge.ts'
import { exemplarsOf } from './exemplars.ts'
import { extendProvider } from './extend.ts'
import { takesLaterValue } from './last-value.ts'
import { onStorage, onSyncStorage } from './provider-state.ts'
import { reportReader } from './reader-metrics.ts'
import { forgetUnobserved } from './unobserved.ts'
import { chooseViews } from './view-registry.ts'

/** What is asked of sdk-metrics, whichever copy of it. */
export type Sdk = Pick<typeof import('@opentelemetry/sdk-metrics'), 'MeterProvider' | 'MetricReader'>

/** Try an ability on a provider of its own, and say whether it has the effect that it should have. */
export const trials: Readonly<Record<Ability, (sdk: Sdk) => Promise<boolean>>> = {
  views: async (sdk) => {
    const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const
    const views = [{ instrumentName: '*' }, { instrumentName: '*', aggregation }]
    const { provider, reader, meter } = provide(sdk, { views, extended: false })
    const takesEffect = chooseViews(provider, (_, [first, second], selecting) => [
      {
        ...first,
        aggregation: selecting.length === 2 ? second?.aggregation : undefined,
        attributesProcessor: { process: ({ kept }) => ({ kept }) },
        aggregationCardinalityLimit: 3,
      },
    ])
    const histogram = meter.createHistogram('histogram')
    for (let kept = 0; kept < 5; kept++) histogram.record(1, { kept, dropped: true })
    const [metric] = await collected(reader)
    const keys = pointsOf(metric).map(({ attributes }) => Object.keys(attributes).join())
    return (
      takesEffect &&
      metric?.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM &&
      keys.join(' ') === 'kept kept otel.metric.overflow'
    )
  },

  boundSeries: async (sdk) => {
    const { reader, meter } = provide(sdk, { views: split })
    const series = bindSeries(meter.createCounter('counter'), { a: 1 })
    for (const value of [1, 2]) series.record(value)
    const values = (await collected(reader)).flatMap(pointsOf).map(({ value }) => value)
    return isFast(series) && values.join() === '3,3'
  },

  quickHistograms: async (sdk) => {
    const { meter } = provide(sdk, { extended: false })
    const series = bindSeries(meter.createHistogram('histogram'), {})
    series.record(1)
    return isQuickened(series)
  },

  observedSums: async (sdk) => {
    const views = [{ instrumentName: 'counter', aggregationCardinalityLimit: 2 }]
    const { reader, meter } = provide(sdk, { views })
    const counter = meter.createObservableCounter('counter')
    for (const first of [1, 3]) {
      counter.addCallback((result) => {
        for (const series of [first, first + 1]) result.observe(series, { series })
      })
    }
    const values = async () => (await collected(reader)).flatMap(pointsOf).map(({ value }) => value)
    return (await values()).join() === '1,9' && (await values()).join() === '1,9'
  },

  lastValues: async (sdk) => {
    const { provider } = provide(sdk)
    const storages: unknown[] = []
    onStorage(provider, (storage) => storages.push(storage))
    const meter = provider.getMeter('seen')
    meter.createGauge('gauge')
    meter.createObservableGauge('observed')
    return storages.length === 2 && storages.every(takesLaterValue)
  },

  times: async (sdk) => {
    const { reader, meter } = provide(sdk)
    const counter = meter.createCounter('counter')
    meter.createObservableGauge('slow').addCallback(async () => {
      const beganMs = Date.now()
      while (Date.now() === beganMs) await new Promise((resolve) => setTimeout(resolve, 1))
      counter.add(1)
    })
    const points = []
    for (let i = 0; i < 2; i++) points.push(...(await collected(reader)).flatMap(pointsOf))
    const [first, second] = points.map(({ startTime }) => startTime.join())
    return first === points[0]?.endTime.join() && first === second
  },

  exemplars: async (sdk) => {
    const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const
    const { reader, meter } = provide(sdk, {
      views: [...split, { instrumentName: 'exponential', aggregation }],
    })
    meter.createCounter('counter').add(1, { a: 1, b: 1 })
    meter.createUpDownCounter('up_down_counter').add(1)
    meter.createGauge('gauge').record(1)
    meter.createHistogram('histogram').record(1)
    meter.createHistogram('exponential').record(1)
    const exemplars = (await collected(reader)).flatMap(pointsOf).map(exemplarsOf)
    const [first] = exemplars[0]?.values() ?? []
    return (
      exemplars.length === 6 &&
      exemplars.every((some) => some?.size === 1) &&
      Object.keys(first?.filteredAttributes ?? {}).join() === 'b'
    )
  },

  directMerge: async (sdk) => {
    const { provider, reader } = provide(sdk, { views: split })
    const storages: unknown[] = []
    onSyncStorage(provider, (storage) => storages.push(storage))
    const counter = provider.getMeter('seen').createCounter('counter')
    const values: unknown[] = []
    const merged: unknown[] = []
    for (const value of [1, 2, 3]) {
      counter.add(value)
      values.push((await collected(reader)).flatMap(pointsOf)[0]?.value)
      merged.push(firstMerged(storages[0]))
    }
    // Added up in place, which the SDK does in a new object.
    return values.join() === '1,3,6' && merged[0] !== undefined && merged[0] === merged[2]
  },

  guardedCallbacks: async (sdk) => {
    const { reader, meter } = provide(sdk)
    const gauges = ['alone', 'batch'].map((name) => meter.createObservableGauge(name))
    let fails = false
    const observe = (observed: (gauge: Observable) => void) => {
      if (fails) throw new Error('a trial')
      for (const gauge of gauges) observed(gauge)
    }
    gauges[0]?.addCallback((result) => observe(() => result.observe(1)))
    meter.addBatchObservableCallback(
      (result) => observe((gauge) => result.observe(gauge, 1)),
      gauges.slice(1),
    )
    const collect = (run: CallbackRun) => collectGuarded(reader.producer, run, () => reader.collect())
    const deadline = { passed: new Promise<void>(() => {}), remainingMs: Number.POSITIVE_INFINITY }
    const first = new CallbackRun(deadline)
    await collect(first)
    fails = true
    const ahead = new CallbackRun(deadline, first)
    await collect(ahead)
    const run = new CallbackRun(deadline)
    const { resourceMetrics } = await collect(run)
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
    return (
      ahead.failures.length === 0 &&
      run.failures.map(({ metric }) => metric).join() === 'alone,batch' &&
      metrics.length === 2 &&
      metrics.every(({ descriptor }) => run.stale.has(descriptor))
    )
  },

  unobservedSeries: async (sdk) => {
    const { reader, meter } = provide(sdk)
    const gauge = meter.createObservableGauge('gauge')
    let observed: Attributes[] = [{ series: 1 }, { series: 2 }]
    gauge.addCallback((result) => {
      for (const attributes of observed) result.observe(1, attributes)
      forgetUnobserved(gauge, observed)
    })
    const before = (await collected(reader)).flatMap(pointsOf)
    observed = observed.slice(1)
    const after = (await collected(reader)).flatMap(pointsOf)
    return before.length === 2 && after.length === 1
  },

  readerMetrics: async (sdk) => {
    const { reader, provider } = provide(sdk)
    if (!reportReader(reader, provider)) return false
    await reader.collect()
    return (await collected(reader)).length === 1
  },
}

/** Two streams for a counter, the second without an attribute. */
const split = [
  { instrumentName: 'counter', attributesProcessors: [{ process: ({ a }: Attributes) => (a ? { a } : {}) }] },
  { instrumentName: 'counter', name: 'second', attributesProcessors: [{ process: () => ({}) }] },
]

interface Trial {
  readonly provider: MeterProvider
  readonly reader: MetricReader & { readonly producer: unknown }
  readonly meter: Meter
}

function provide(
  { MeterProvider, MetricReader }: Sdk,
  { extended = true, ...options }: { readonly extended?: boolean } & MeterProviderOptions = {},
): Trial {
  class TrialReader extends MetricReader {
    producer: unknown

    override setMetricProducer(producer: MetricProducer): void {
      super.setMetricProducer(producer)
      this.producer = producer
    }

    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  const reader = new TrialReader()
  const provider = new MeterProvider({ ...options, readers: [reader] })
  if (extended) extendProvider(provider, { exemplarFilter: 'always_on' })
  return { reader, provider, meter: provider.getMeter('trial') }
}

async function collected(reader: MetricReader): Promise<MetricData[]> {
  const { resourceMetrics } = await reader.collect()
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
}

function pointsOf(metric: MetricData | undefined): readonly DataPoint<unknown>[] {
  return metric?.dataPoints ?? []
}
