import type { Attributes } from '@opentelemetry/api'
import type { InstrumentationScope } from '@opentelemetry/core'
import {
  DataPointType,
  type ExponentialHistogram,
  type Histogram,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { EscapingScheme } from '../../../otel/naming/escaping.ts'
import { prometheusName } from '../../../otel/naming/name.ts'
import { catalog } from '../../../src/catalog/catalog.ts'
import type { ExpositionCase } from './exposition-cases.ts'
import type { Measurement } from './measurements.ts'
import { escapedKeys, tea } from './tea.ts'

/** How one scrape is written, and what Prometheus makes of it. */
export interface Wanted extends Pick<ExpositionCase, 'strategy' | 'format' | 'escaping'> {
  /** Prometheus takes the time since when a series counts for a sample of 0 at that time, not for a series. */
  readonly takesCreated: boolean
  /** It takes native histograms as such; otherwise as classic ones without bounds. */
  readonly takesNative: boolean
  /** Labels that Prometheus adds to every series. */
  readonly added: Readonly<Record<string, string>>
  readonly resource: Readonly<Record<string, string>>
}

/** What Prometheus has to know of a series. */
export interface ExpectedSeries {
  readonly labels: Readonly<Record<string, string>>
  /** `created`: the time at which it was recorded first, in seconds. */
  readonly value: number | NativeHistogram | 'created'
  /** Whether it counts from a time that is told. */
  readonly hasStart: boolean
}

export interface NativeHistogram {
  readonly count: number
  readonly sum: number
  /** Ascending; with the zero bucket, without those that are empty. */
  readonly buckets: readonly { readonly from: number; readonly to: number; readonly count: number }[]
}

export interface ExpectedExemplar {
  /** Those of the series, and those of the exemplar. */
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Says what a real Prometheus has to find, from what the SDK collected by itself. */
export function expectedSeries({ scopeMetrics }: ResourceMetrics, wanted: Wanted): ExpectedSeries[] {
  const { format, takesCreated } = wanted
  const series = new Map<string, ExpectedSeries>()
  const put = (
    name: string,
    labels: Record<string, string>,
    value: ExpectedSeries['value'],
    hasStart: boolean,
  ) => {
    const all = { ...labels, __name__: name }
    const key = JSON.stringify(Object.entries(all).sort())
    const earlier = series.get(key)?.value
    const sum = typeof earlier === 'number' && typeof value === 'number' ? earlier + value : value
    series.set(key, { labels: all, value: sum, hasStart })
  }
  put('target_info', targetLabels(wanted), 1, false)
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const name = nameOf(metric.descriptor.name, wanted)
      const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic
      const isHistogram = 'buckets' in metric || isHistogramType(metric.dataPointType)
      const counts = isHistogram || (isCounter && (format !== 'openmetrics' || name.endsWith('_total')))
      const hasStart = counts && format !== 'text'
      for (const { attributes, value } of metric.dataPoints) {
        const labels = labelsOf(attributes, scope, isHistogram, wanted)
        if (typeof value === 'number') put(name, labels, value, hasStart)
        else if ('scale' in value && format === 'protobuf' && wanted.takesNative)
          put(name, labels, nativeOf(value), hasStart)
        else
          for (const [suffix, le, number] of classic(value, format))
            put(name + suffix, { ...labels, ...le }, number, hasStart)
        if (hasStart && format === 'openmetrics' && !takesCreated)
          put(`${isCounter ? name.replace(/_total$/, '') : name}_created`, labels, 'created', false)
      }
    }
  }
  return [...series.values()]
}

/** Compares exactly; of the bounds of native histograms, which nobody tells, as exactly as powers can be computed. */
export function isSameValue({ isWithin }: { isWithin(time: number): boolean }) {
  const near = (one: number, other: number) => Math.abs(one - other) <= 1e-12 * Math.abs(one)
  return (expected: ExpectedSeries['value'], found: number | NativeHistogram): boolean => {
    if (typeof found === 'number')
      return expected === 'created' ? isWithin(found) : Object.is(expected, found)
    if (typeof expected !== 'object') return false
    const same =
      expected.count === found.count &&
      Object.is(expected.sum, found.sum) &&
      expected.buckets.length === found.buckets.length
    return (
      same &&
      expected.buckets.every(({ from, to, count }, i) => {
        const bucket = found.buckets[i]
        return bucket?.count === count && near(from, bucket.from) && near(to, bucket.to)
      })
    )
  }
}

/** Says which exemplars a real Prometheus has to find: all that the format can carry. */
export function expectedExemplars(measurements: readonly Measurement[], wanted: Wanted): ExpectedExemplar[] {
  if (wanted.format === 'text') return []
  return measurements.flatMap(({ metric, scope, attributes, value, span }) => {
    const name = nameOf(metric.name, wanted)
    const isCounter = metric.instrument === 'counter'
    if (span === undefined || (isCounter && wanted.format === 'openmetrics' && !name.endsWith('_total')))
      return []
    const labels = labelsOf(attributes, scope, !isCounter, wanted)
    const { aggregation } = tea.find((one) => one.metric === metric) ?? {}
    const exemplar = { ...labels, trace_id: span.traceId, span_id: span.spanId }
    if (isCounter) return [{ labels: { ...exemplar, __name__: name }, value }]
    // Text has one bucket for all of an exponential histogram, and so one exemplar: the last.
    const isExponential = aggregation !== undefined
    if (isExponential && wanted.format === 'protobuf')
      return [{ labels: { ...exemplar, __name__: name }, value }]
    if (isExponential && value !== 6) return []
    const bound = isExponential ? Infinity : [...(metric.buckets ?? []), Infinity].find((one) => value <= one)
    return [{ labels: { ...exemplar, __name__: `${name}_bucket`, le: bucketLabel(bound as number) }, value }]
  })
}

function isHistogramType(type: DataPointType): boolean {
  return type === DataPointType.HISTOGRAM || type === DataPointType.EXPONENTIAL_HISTOGRAM
}

function* classic(
  { count, sum, ...histogram }: Histogram | ExponentialHistogram,
  format: Wanted['format'],
): Generator<[suffix: string, labels: Record<string, string>, value: number]> {
  const { boundaries, counts } =
    'buckets' in histogram ? histogram.buckets : { boundaries: [], counts: [count] }
  let below = 0
  for (const [i, bound] of [...boundaries, Infinity].entries()) {
    below += counts[i] as number
    yield ['_bucket', { le: bucketLabel(bound) }, below]
  }
  yield ['_count', {}, count]
  // Protobuf has a sum always; one that is not known must not pass for a number.
  if (sum !== undefined) yield ['_sum', {}, sum]
  else if (format === 'protobuf') yield ['_sum', {}, NaN]
}

/** As Prometheus writes it, whatever the format: with an exponent from a million on, and never as a whole number. */
export function bucketLabel(bound: number): string {
  if (bound === Infinity) return '+Inf'
  const [digits, exponent] = bound.toExponential().split('e') as [string, string]
  if (Number(exponent) >= 6 || Number(exponent) < -4) {
    return `${digits}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`
  }
  return Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

function nativeOf({
  scale,
  zeroCount,
  count,
  sum = NaN,
  positive,
  negative,
}: ExponentialHistogram): NativeHistogram {
  const base = 2 ** (2 ** -scale)
  const side = (sign: 1 | -1, { offset, bucketCounts }: ExponentialHistogram['positive']) =>
    bucketCounts.map((inside, i) => {
      const [inner, outer] = [sign * base ** (offset + i), sign * base ** (offset + i + 1)]
      return { from: Math.min(inner, outer), to: Math.max(inner, outer), count: inside }
    })
  const zero = { from: -1e-128, to: 1e-128, count: zeroCount }
  const buckets = [...side(-1, negative).reverse(), zero, ...side(1, positive)]
  return { count, sum, buckets: buckets.filter((bucket) => bucket.count > 0) }
}

function nameOf(name: string, { strategy, escaping }: Wanted): string {
  const { names } = tea.find(({ metric }) => metric.name === name) ?? {}
  const definition = catalog.find((one) => name === (one.stream?.name ?? one.name) || name === one.name)
  const translated = names?.[strategy] ?? (definition && prometheusName(definition, strategy))
  if (translated === undefined) throw new Error(`nobody declares ${name}`)
  return escaped(translated, escaping, /[a-zA-Z0-9_:]/)
}

function labelsOf(
  attributes: Attributes,
  { name, version, schemaUrl }: InstrumentationScope,
  isHistogram: boolean,
  wanted: Wanted,
): Record<string, string> {
  const { strategy, escaping, added } = wanted
  const labels: Record<string, string> = { ...added }
  const put = (key: string, value: string) => {
    let label = escaped(key, escaping, /[a-zA-Z0-9_]/)
    while (label in labels || label === '__name__' || (isHistogram && label === 'le'))
      label = `exported_${label}`
    labels[label] = value
  }
  const keyed = (key: string) =>
    strategy.startsWith('UnderscoreEscaping') ? (escapedKeys[key] ?? key.replaceAll('.', '_')) : key
  put(keyed('tea.house'), wanted.resource['tea.house'] ?? '')
  put('otel_scope_name', name)
  if (version) put('otel_scope_version', version)
  if (schemaUrl) put('otel_scope_schema_url', schemaUrl)
  for (const [key, value] of Object.entries(attributes)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (text !== '') put(keyed(key), text)
  }
  return labels
}

function targetLabels({ strategy, escaping, added, resource }: Wanted): Record<string, string> {
  const isEscaped = strategy.startsWith('UnderscoreEscaping')
  const labels = Object.entries(resource).map(([key, value]) => [
    escaped(isEscaped ? key.replaceAll('.', '_') : key, escaping, /[a-zA-Z0-9_]/),
    value,
  ])
  return { ...Object.fromEntries(labels), ...added }
}

/** As the escaping schemes of Prometheus are written down. */
function escaped(name: string, scheme: EscapingScheme, allowed: RegExp): string {
  const characters = [...name].map((character, i) => ({
    character,
    isAllowed: allowed.test(character) && !(i === 0 && /[0-9]/.test(character)),
  }))
  if (scheme === 'allow-utf-8') return name
  if (scheme !== 'dots' && characters.every(({ isAllowed }) => isAllowed)) return name
  const write: Record<typeof scheme, (character: string, isAllowed: boolean) => string> = {
    underscores: (one, isAllowed) => (isAllowed ? one : '_'),
    dots: (one, isAllowed) => (one === '_' || !isAllowed ? (one === '.' ? '_dot_' : '__') : one),
    values: (one, isAllowed) =>
      one === '_' ? '__' : isAllowed ? one : `_${(one.codePointAt(0) ?? 0).toString(16)}_`,
  }
  const text = characters.map(({ character, isAllowed }) => write[scheme](character, isAllowed)).join('')
  return scheme === 'values' ? `U__${text}` : text
}
