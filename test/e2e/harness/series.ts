import { readFileSync } from 'node:fs'
import { prometheusName } from '../../../otel/naming/name.ts'
import type { QueryApi } from './query-api.ts'

/** Values by series, written the same way wherever they come from; what the way of transport adds is left out. */
export type SeriesValues = Readonly<Record<string, number>>

/** OpenMetrics says of each counter and histogram when it began, which Prometheus keeps as a series. */
const beginnings = /_created\{/

/** The components whose numbers stand still when nothing happens, unlike those of the process. */
const components = '(firehose|ingester|indexer|storage|search|http)_.+'

/** @param text in Prometheus' text format. */
export function fromScrape(text: string): SeriesValues {
  const lines = text.split('\n').filter((line) => new RegExp(`^${components}`).test(line))
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', labels = '', value] = line.match(/^(\w+)(?:\{(.*)\})? (\S+)/) ?? []
      const pairs = Array.from(labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, key, text]) => [key, text])
      return [key(name, Object.fromEntries(pairs)), Number(value?.replace('Inf', 'Infinity'))]
    }),
  )
}

/** @param matcher narrows it to one way of transport, such as `instance="…"`. */
export async function fromBackend(backend: QueryApi, matcher?: string): Promise<SeriesValues> {
  const series = await backend.query(`{__name__=~"${components}"${matcher ? `,${matcher}` : ''}}`)
  const values = series.map(
    ({ metric: { __name__ = '', ...labels }, value }) => [key(__name__, labels), value] as const,
  )
  return Object.fromEntries(values.filter(([series]) => !beginnings.test(series)))
}

/** The last value of each series in the file of the Collector, one OTLP request in JSON a line. */
export function fromFile(path: string): SeriesValues {
  const values: Record<string, number> = {}
  for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
    const { resourceMetrics } = JSON.parse(line) as { resourceMetrics: ResourceMetrics[] }
    for (const metric of resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) => metrics),
    ))
      Object.assign(values, pointsOf(metric))
  }
  return values
}

interface ResourceMetrics {
  readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[]
}

interface OtlpMetric {
  readonly name: string
  readonly unit?: string
  readonly sum?: { readonly dataPoints: readonly NumberPoint[]; readonly isMonotonic?: boolean }
  readonly gauge?: { readonly dataPoints: readonly NumberPoint[] }
  readonly histogram?: { readonly dataPoints: readonly HistogramPoint[] }
}

interface Point {
  readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

interface NumberPoint extends Point {
  readonly asInt?: string
  readonly asDouble?: number
}

interface HistogramPoint extends Point {
  readonly count: string
  readonly sum: number
  readonly bucketCounts: readonly string[]
  readonly explicitBounds: readonly number[]
}

function* seriesOf({ name, unit = '', sum, gauge, histogram }: OtlpMetric): Generator<[string, number]> {
  const instrument = histogram ? 'histogram' : sum?.isMonotonic ? 'counter' : 'gauge'
  const own = prometheusName({ name, unit, instrument })
  if (!new RegExp(`^${components}`).test(own)) return
  for (const point of [...(sum?.dataPoints ?? []), ...(gauge?.dataPoints ?? [])])
    yield [key(own, labelsOf(point)), Number(point.asInt ?? point.asDouble)]
  for (const point of histogram?.dataPoints ?? []) {
    const labels = labelsOf(point)
    yield [key(`${own}_count`, labels), Number(point.count)]
    yield [key(`${own}_sum`, labels), point.sum]
    let below = 0
    for (const [index, count] of point.bucketCounts.entries()) {
      below += Number(count)
      yield [key(`${own}_bucket`, { ...labels, le: String(point.explicitBounds[index] ?? '+Inf') }), below]
    }
  }
}

const pointsOf = (metric: OtlpMetric) => Object.fromEntries(seriesOf(metric))

const labelsOf = ({ attributes = [] }: Point) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? '']))

function key(name: string, labels: Readonly<Record<string, string>>): string {
  const own = Object.entries(labels).filter(
    ([label]) => !/^(exported_)?(job|instance)$|^otel_scope_/.test(label),
  )
  const pairs = own.map(
    ([label, value]) => `${label}=${label === 'le' ? Number(value.replace('Inf', 'Infinity')) : value}`,
  )
  return `${name}{${pairs.sort().join()}}`
}
