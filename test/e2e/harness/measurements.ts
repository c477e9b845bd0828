import { type Attributes, context, type Meter, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import type { MeterProvider, ViewOptions } from '@opentelemetry/sdk-metrics'
import type { MetricDefinition } from '../../../otel/catalog/metric.ts'
import { bind } from '../../../otel/meter/bind.ts'
import { configureMeter } from '../../../otel/meter/meter-settings.ts'
import { catalogView } from '../../../otel/pipeline/views/views.ts'
import { catalog } from '../../../src/catalog/catalog.ts'
import type { Random } from './random.ts'
import { tea, teaViews } from './tea.ts'

/** One recording, as the end-to-end test of the exposition makes it. */
export interface Measurement {
  readonly metric: MetricDefinition
  /** Of the meter. */
  readonly scope: { readonly name: string; readonly version?: string; readonly schemaUrl?: string }
  readonly attributes: Attributes
  readonly value: number
  /** The span it is taken in. Two of one series never fall into one bucket, so that each is kept as an exemplar. */
  readonly span?: { readonly traceId: string; readonly spanId: string }
}

const service = { name: 'tidegauge', version: '1.2.3', schemaUrl: 'https://opentelemetry.io/schemas/1.40.0' }
const shop = { name: 'tea "shop" é\n' }

export const views: readonly ViewOptions[] = [
  ...teaViews,
  ...catalog.map((definition) => catalogView(definition).options),
]

/** Measurements of everything that is catalogued, some in each of its buckets, and of what is hard to carry. */
export function createMeasurements(random: Random): readonly Measurement[] {
  const span = () => ({ traceId: hex(random, 16), spanId: hex(random, 8) })
  const ofCatalog = catalog.flatMap((metric): Measurement[] =>
    attributeSets(metric).flatMap((attributes) => [
      ...valuesFor(metric, random).map((value) => ({ metric, scope: service, attributes, value })),
      ...spanValuesFor(metric, random).map((value) => ({
        metric,
        scope: service,
        attributes,
        value,
        span: span(),
      })),
    ]),
  )
  const ofTea = tea.flatMap(({ metric, recorded }) =>
    recorded.map(({ inSpan = false, ...one }) => ({
      metric,
      scope: shop,
      ...one,
      ...(inSpan && { span: span() }),
    })),
  )
  return [...ofCatalog, ...ofTea]
}

/** Records as the service does: bound handles for what is catalogued. */
export function recordBound(provider: MeterProvider, measurements: readonly Measurement[]): void {
  const handles = new Map<string, Handle>()
  for (const { metric, scope, attributes, value, span } of measurements) {
    const isCatalogued = scope === service && metric.stream === undefined
    within(span, () => {
      if (!isCatalogued) return recordPlain(meterOf(provider, scope), metric, value, attributes)
      const key = JSON.stringify([metric.name, attributes])
      const handle = handles.get(key) ?? boundHandle(meterOf(provider, scope), metric, attributes)
      handles.set(key, handle)
      if ('add' in handle) handle.add(value)
      else handle.record(value)
    })
  }
}

/** Records by the SDK alone. */
export function recordUnbound(provider: MeterProvider, measurements: readonly Measurement[]): void {
  for (const { metric, scope, attributes, value } of measurements)
    recordPlain(meterOf(provider, scope), metric, value, attributes)
}

function within(span: Measurement['span'], work: () => void): void {
  if (span === undefined) work()
  else context.with(trace.setSpanContext(ROOT_CONTEXT, { ...span, traceFlags: TraceFlags.SAMPLED }), work)
}

function meterOf(provider: MeterProvider, { name, version, schemaUrl }: Measurement['scope']): Meter {
  return provider.getMeter(name, version, schemaUrl === undefined ? {} : { schemaUrl })
}

type Handle = { add(value: number): void } | { record(value: number): void }

function boundHandle(meter: Meter, metric: MetricDefinition, attributes: Attributes) {
  const configured = configureMeter(meter, { zeroInit: false, exemplarsInSpansOnly: true })
  const instrument: { bind(attributes: Attributes): Handle } = bind<MetricDefinition>(configured, metric)
  return instrument.bind(attributes)
}

function recordPlain(meter: Meter, metric: MetricDefinition, value: number, attributes: Attributes): void {
  const { name, unit, description, buckets } = metric
  const about = { unit, description }
  if (metric.instrument === 'counter') meter.createCounter(name, about).add(value, attributes)
  else if (metric.instrument === 'upDownCounter')
    meter.createUpDownCounter(name, about).add(value, attributes)
  else if (metric.instrument === 'gauge') meter.createGauge(name, about).record(value, attributes)
  else {
    const advice = buckets && { advice: { explicitBucketBoundaries: [...buckets] } }
    meter.createHistogram(name, { ...about, ...advice }).record(value, attributes)
  }
}

/** Some combinations of the attributes, in which each of the first values appears. */
function attributeSets({ attributes = {}, stream }: MetricDefinition): Attributes[] {
  const entries = Object.entries(attributes)
  const count = Math.min(
    3,
    Math.max(1, ...entries.map(([, values]) => ('limit' in values ? values.limit : values.length))),
  )
  return Array.from({ length: count }, (_, n) =>
    Object.fromEntries(
      entries.map(([key, values]) => {
        const value = 'limit' in values ? `${key} ${n}` : (values[n % values.length] as string)
        return [stream?.attributes[key] ?? key, value]
      }),
    ),
  )
}

function valuesFor({ instrument, buckets }: MetricDefinition, random: Random): number[] {
  if (instrument === 'histogram') return boundsAndBeyond(buckets).map((bound) => bound * fraction(random))
  return instrument === 'counter' ? [random.below(1e9), fraction(random)] : [fraction(random) * 1e6]
}

/** The bounds of the buckets, and a value for the last bucket, which has none. */
function boundsAndBeyond(buckets: readonly number[] = []): readonly number[] {
  return [...buckets, 10 * (buckets.at(-1) ?? 1e6)]
}

/** One for a counter; for a histogram the bounds themselves, which belong to the buckets below them. */
function spanValuesFor({ instrument, buckets, stream }: MetricDefinition, random: Random): readonly number[] {
  if (stream !== undefined) return []
  if (instrument === 'histogram') return boundsAndBeyond(buckets)
  return instrument === 'counter' ? [fraction(random)] : []
}

function fraction(random: Random): number {
  return random.below(2 ** 32) / 2 ** 32
}

function hex(random: Random, bytes: number): string {
  return Array.from({ length: bytes }, () => random.below(256).toString(16).padStart(2, '0')).join('')
}
