import { type Attributes, diag, type Meter } from '@opentelemetry/api'
import * as installedSdk from '@opentelemetry/sdk-metrics'
import { bindSeries, isFast, isQuickened } from './bound-series.ts'
import { type CallbackRun, collectGuarded } from './callbacks.ts'
import { mergesDirectly } from './direct-merge.ts'
import { exemplarsOf } from './exemplars.ts'
import { extendProvider } from './extend.ts'
import { reportReader } from './reader-metrics.ts'
import { forgetUnobserved } from './unobserved.ts'
import { unknownSdk } from './version.ts'
import { chooseViews } from './view-registry.ts'

/** What is asked of sdk-metrics, whichever copy of it. */
export type Sdk = Pick<typeof installedSdk, 'MeterProvider' | 'MetricReader'>

/** What the library can do only where it knows the inside of the SDK. */
export type Ability = keyof typeof consequences

/** What happens without an ability, for the log. */
export const consequences = {
  views: 'views of the catalog and limits on series cannot be applied',
  boundSeries: 'bound handles record at the price of unbound ones',
  quickHistograms: 'bound histograms record at twice their price',
  exemplars: 'exemplars are not kept',
  directMerge: 'collections take twice their time',
  guardedCallbacks: 'a callback that fails in a scrape is not named, and its old value is served',
  unobservedSeries: 'series that are no longer observed keep their last value',
  readerMetrics: "the SDK's own metrics about readers are not recorded",
} as const

/** Logs once in the life of the process what is lost with this SDK; nothing where all is as it is known. */
export async function reportLostAbilities(): Promise<void> {
  if (reported) return
  reported = true
  const lost = await probeSdk()
  if (lost.length > 0) diag.warn(unknownSdk(lost.map((ability) => consequences[ability]).join('; ')))
}

let reported = false

/** Tries each ability on a provider of its own. */
export async function probeSdk(sdk: Sdk = installedSdk): Promise<Ability[]> {
  const lost: Ability[] = []
  for (const [ability, works] of Object.entries(trials)) {
    if (!(await works(sdk).catch(() => false))) lost.push(ability as Ability)
  }
  return lost
}

const trials: Readonly<Record<Ability, (sdk: Sdk) => Promise<boolean>>> = {
  views: async (sdk) => {
    let asked = 0
    const { provider, meter } = provided(sdk, { extended: false, views: [{ instrumentName: '*' }] })
    const takesEffect = chooseViews(provider, (_instrument, views, selecting) => {
      asked++
      return selecting.flatMap((index) => views[index] ?? [])
    })
    meter().createCounter('counter')
    return takesEffect && asked === 1
  },
  boundSeries: async (sdk) => {
    const { reader, meter } = provided(sdk)
    const series = bindSeries(meter().createCounter('counter'), { bound: true })
    series.record(1)
    series.record(2)
    return isFast(series) && (await valuesOf(reader)).includes(3)
  },
  quickHistograms: async (sdk) => {
    const { meter } = provided(sdk, { extended: false })
    const series = bindSeries(meter().createHistogram('histogram'), {})
    series.record(1)
    return isQuickened(series)
  },
  exemplars: async (sdk) => {
    const { reader, meter } = provided(sdk)
    const kinds = [
      meter().createCounter('counter'),
      meter().createUpDownCounter('upDownCounter'),
      meter().createGauge('gauge'),
      meter().createHistogram('histogram'),
    ]
    for (const one of kinds) 'add' in one ? one.add(1) : one.record(1)
    const points = await pointsOf(reader)
    return points.length === kinds.length && points.every((point) => exemplarsOf(point)?.size === 1)
  },
  directMerge: async (sdk) => {
    const { reader, meter } = provided(sdk)
    const counter = meter().createCounter('counter')
    for (const value of [1, 2]) {
      counter.add(value)
      await reader.collect()
    }
    return mergesDirectly(counter) && (await valuesOf(reader)).includes(3)
  },
  guardedCallbacks: async (sdk) => {
    const { reader, meter } = provided(sdk)
    const gauge = meter().createObservableGauge('gauge')
    let value = 1
    gauge.addCallback((result) => {
      if (value > 1) throw new Error('a trial')
      result.observe(value)
    })
    await reader.collect()
    value = 2
    const run: CallbackRun = { deadline: { passed: new Promise(() => {}) }, failures: [], stale: new Set() }
    const { resourceMetrics } = await collectGuarded(reader.producer, run, () => reader.collect())
    const [metric] = resourceMetrics.scopeMetrics[0]?.metrics ?? []
    return run.failures[0]?.metric === 'gauge' && run.stale.has(metric?.descriptor)
  },
  unobservedSeries: async (sdk) => {
    const { reader, meter } = provided(sdk)
    const gauge = meter().createObservableGauge('gauge')
    let observed: Attributes[] = [{ series: 1 }, { series: 2 }]
    gauge.addCallback((result) => {
      for (const attributes of observed) result.observe(1, attributes)
      forgetUnobserved(gauge, observed)
    })
    const before = await pointsOf(reader)
    observed = observed.slice(1)
    const after = await pointsOf(reader)
    return before.length === 2 && after.length === 1
  },
  readerMetrics: async (sdk) => {
    const { reader, provider } = provided(sdk)
    if (!reportReader(reader, provider)) return false
    await reader.collect()
    return (await pointsOf(reader)).length === 1
  },
}

interface Provided {
  readonly reader: installedSdk.MetricReader & { readonly producer: unknown }
  readonly provider: installedSdk.MeterProvider
  readonly meter: () => Meter
}

function provided(
  { MeterProvider, MetricReader }: Sdk,
  { extended = true, ...options }: { readonly extended?: boolean } & installedSdk.MeterProviderOptions = {},
): Provided {
  class TrialReader extends MetricReader {
    producer: unknown

    override setMetricProducer(producer: installedSdk.MetricProducer): void {
      super.setMetricProducer(producer)
      this.producer = producer
    }

    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  const reader = new TrialReader()
  const provider = new MeterProvider({ ...options, readers: [reader] })
  if (extended) extendProvider(provider, { exemplarFilter: 'always_on' })
  return { reader, provider, meter: () => provider.getMeter('trial') }
}

async function pointsOf(reader: installedSdk.MetricReader): Promise<installedSdk.DataPoint<unknown>[]> {
  const { resourceMetrics } = await reader.collect()
  return resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ dataPoints }) => dataPoints as installedSdk.DataPoint<unknown>[])
}

async function valuesOf(reader: installedSdk.MetricReader): Promise<unknown[]> {
  return (await pointsOf(reader)).map(({ value }) => value)
}
